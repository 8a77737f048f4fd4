import { join } from "node:path";
import type { Script } from "../bundle.ts";
import { writeMigrations } from "../fixtures.ts";
import type { Contender } from "./contender.ts";

function variant(label: string, note: string, argv: readonly string[]): Contender {
  return {
    label,
    note,
    available: () => true,
    write: (folder, migrations) => writeMigrations(join(folder, "migrations"), migrations),
    command: (folder, url) => ({
      argv: [process.execPath, ...argv],
      cwd: folder,
      env: { DATABASE_URL: url },
    }),
  };
}

export const EACH = "pg script, a flush per file";
export const DEFERRED = "pg script, group flush";
export const SINGLE = "pg script, one query with everything";

export function baselines(script: Script): readonly Contender[] {
  const apply = script("apply-lean");
  return [
    variant(EACH, "a transaction and a history row per file, one round trip each", [
      apply,
      "migrations",
      "each",
    ]),
    variant(DEFERRED, "the same, with our flushes", [apply, "migrations", "deferred"]),
    variant(SINGLE, "one transaction, one flush, no history", [
      script("single-query-lean"),
      "migrations",
    ]),
  ];
}
