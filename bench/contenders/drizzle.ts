import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeMigrations, type SmallMigration } from "../fixtures.ts";
import { ROOT } from "../work.ts";
import type { Script } from "../bundle.ts";
import type { Contender } from "./contender.ts";

const KIT = join(ROOT, "bench/node_modules/drizzle-kit/bin.cjs");

async function write(folder: string, migrations: readonly SmallMigration[]): Promise<void> {
  const out = join(folder, "drizzle");
  await writeMigrations(out, migrations, ({ version }) => ({ file: `${version}.sql` }));
  const entries = migrations.map(({ version }, idx) => ({
    idx,
    version: "7",
    when: 1_700_000_000_000 + idx,
    tag: version,
    breakpoints: true,
  }));
  await mkdir(join(out, "meta"), { recursive: true });
  const journal = { version: "7", dialect: "postgresql", entries };
  await writeFile(join(out, "meta/_journal.json"), JSON.stringify(journal));
  const config = { dialect: "postgresql", out: "./drizzle", dbCredentials: { url: "" } };
  await writeFile(join(folder, "drizzle.config.json"), JSON.stringify(config));
}

/** The migrator of drizzle-orm in a bundled script. */
export function drizzleOrm(script: Script): Contender {
  return {
    label: "drizzle-orm",
    note: "its migrator in a bundled script; one transaction for everything",
    available: () => existsSync(KIT),
    write,
    command: (folder, url) => ({
      argv: [process.execPath, script("drizzle"), "drizzle"],
      cwd: folder,
      env: { DATABASE_URL: url },
    }),
  };
}

export const drizzleKit: Contender = {
  label: "drizzle-kit migrate",
  note: "one transaction for everything",
  available: () => existsSync(KIT),
  async write(folder, migrations) {
    await write(folder, migrations);
    const config =
      'export default { dialect: "postgresql", out: "./drizzle", dbCredentials: { url: process.env.DATABASE_URL } };\n';
    await writeFile(join(folder, "drizzle.config.js"), config);
    // It looks for drizzle-orm and pg from the project.
    await linkModules(folder);
  },
  command: (folder, url) => ({
    argv: [process.execPath, KIT, "migrate", "--config=drizzle.config.js"],
    cwd: folder,
    env: { DATABASE_URL: url },
  }),
};

async function linkModules(folder: string): Promise<void> {
  const { symlink } = await import("node:fs/promises");
  await symlink(join(ROOT, "bench/node_modules"), join(folder, "node_modules"));
}
