import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeMigrations } from "../fixtures.ts";
import { ROOT } from "../work.ts";
import type { Contender } from "./contender.ts";

const PROGRAM = join(ROOT, "bench/node_modules/node-pg-migrate/bin/node-pg-migrate.js");

function variant(label: string, note: string, flags: readonly string[]): Contender {
  return {
    label,
    note,
    available: () => existsSync(PROGRAM),
    write: (folder, migrations) =>
      writeMigrations(join(folder, "migrations"), migrations, ({ version, name, sql }) => ({
        // Its versions are milliseconds: 13 digits.
        file: `${version.slice(0, 4)}${version.slice(-9)}_${name}.sql`,
        text: `-- Up Migration\n${sql}`,
      })),
    command: (folder, url) => ({
      argv: [process.execPath, PROGRAM, "up", ...flags],
      cwd: folder,
      env: { DATABASE_URL: url },
    }),
  };
}

export const nodePgMigrate: Contender = variant(
  "node-pg-migrate",
  "its default: one transaction for everything",
  [],
);

export const nodePgMigrateEach: Contender = variant(
  "node-pg-migrate --no-single-transaction",
  "a transaction per file",
  ["--no-single-transaction"],
);
