/** `--embedded`: a throw-away PostgreSQL around one run. The sandbox is loaded only then. */
import { Failure } from "../failures/failure.ts";
import type { CliContext } from "./context.ts";
import type { DatabaseFlags } from "./flags.ts";

interface EmbeddedFlags extends DatabaseFlags {
  readonly embedded?: boolean;
}

/** Calls `work` with the flags, whose `url` is the sandbox's when one was asked for. */
export async function withEmbedded<F extends EmbeddedFlags>(
  context: CliContext,
  flags: F,
  work: (flags: F) => Promise<void>,
): Promise<void> {
  if (flags.embedded !== true) return work(flags);
  if (flags.url !== undefined) {
    throw new Failure({
      class: "usage",
      what: "`--embedded` and `--url` are both given, and each names a database.",
      action: "Give one of them.",
    });
  }
  const { createSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await createSandbox({ from: context.cwd });
  try {
    await work({ ...flags, url: await sandbox.database("app") });
  } finally {
    await sandbox.stop();
  }
}
