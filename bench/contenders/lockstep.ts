import { join } from "node:path";
import { writeMigrations } from "../fixtures.ts";
import { LOCKSTEP } from "../work.ts";
import type { Contender } from "./contender.ts";

function variant(label: string, note: string, env: Record<string, string>): Contender {
  return {
    label,
    note,
    available: () => true,
    write: (folder, migrations) => writeMigrations(join(folder, "migrations"), migrations),
    command: (folder, url) => ({
      argv: [process.execPath, LOCKSTEP, "up"],
      cwd: folder,
      env: { DATABASE_URL: url, ...env },
    }),
  };
}

export const lockstep: Contender = variant(
  "lockstep up",
  "a transaction per file; flushes at least every 200 ms and before it says `applied`",
  {},
);

export const lockstepEach: Contender = variant(
  "lockstep up, a flush per file",
  "the group flush switched off",
  { LOCKSTEP_TEST_FLUSH: "each" },
);
