/** `lockstep verify`: the history compared with the files. Writes nothing (read-only.ts). */
import { journalProblems } from "./journal-problems.ts";
import type { RunnerOptions } from "./options.ts";
import { readOnly } from "./read-only.ts";
import { policyOf, reconcile } from "./reconcile.ts";
import type { VerifyResult } from "./results.ts";
import { createContext } from "./run-context.ts";

export async function verify(options: RunnerOptions): Promise<VerifyResult> {
  const ctx = createContext("verify", options);
  const set = await options.source();
  return readOnly(ctx, "repeatable read", ({ history, facts }) => {
    const { problems } = reconcile(set.migrations, history, policyOf(ctx.settings, set));
    return Promise.resolve({
      checked: set.migrations.length,
      problems: [...problems, ...journalProblems(history, facts)],
    });
  });
}
