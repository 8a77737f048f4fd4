/** The package as its users get it: import, require, types, and the helper for their tests. */
import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { project } from "./support/project.ts";
import { freshDatabase } from "./support/database.ts";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);

const CONSUMER = {
  "package.json": JSON.stringify({ type: "module" }),
  "migrations/1_users.sql": "create table users (id int primary key, name text not null);",
  "migrations/2_seed.ts": `
    import type { MigrationContext } from "lockstep";
    export async function up(db: MigrationContext): Promise<void> {
      await db.sql\`insert into users values (\${1}, \${"Ada"})\`;
    }`,
  "use.mjs": `
    import { migrate, status, Failure } from "lockstep";
    const options = { connection: process.env.URL, dir: "migrations" };
    const result = await migrate(options);
    const now = await status(options);
    console.log(JSON.stringify([result.applied, now.current, typeof Failure]));`,
  "use.cjs": `
    const { migrate } = require("lockstep");
    migrate({ connection: process.env.URL, migrations: [{ name: "1_a.sql", sql: "create table a (id int)" }] })
      .then((result) => console.log(JSON.stringify(result.applied)));`,
  "pool.mjs": `
    import pg from "pg";
    import { migrate, verify } from "lockstep";
    const pool = new pg.Pool({ connectionString: process.env.URL });
    const client = new pg.Client({ connectionString: process.env.URL });
    const migrations = [{ name: "1_a.sql", sql: "create table a (id int)" }];
    const first = await migrate({ connection: pool, migrations });
    const second = await migrate({ connection: client, migrations });
    const { problems } = await verify({ connection: pool, migrations });
    console.log(JSON.stringify([first.outcome, second.outcome, problems.length, pool.totalCount]));
    await pool.end();`,
  "lint.cjs": `
    const { lint } = require("lockstep");
    lint().then((result) => console.log(JSON.stringify([result.files, result.failed])));`,
  "testing.mjs": `
    import pg from "pg";
    import { createTestDatabases } from "lockstep/testing";
    const databases = await createTestDatabases({ dir: "migrations" });
    const names = [];
    for (let i = 0; i < 3; i++) {
      const client = new pg.Client({ connectionString: await databases.create() });
      await client.connect();
      names.push((await client.query("select name from users")).rows[0].name);
      await client.query("delete from users");
      await client.end();
    }
    await databases.stop();
    console.log(JSON.stringify(names));`,
  "types.ts": `
    import { lint, migrate, defineConfig, type RunEvent, type RunResult } from "lockstep";
    import type { Finding, LintOptions, LintResult } from "lockstep";
    import { createTestDatabases } from "lockstep/testing";
    export const config = defineConfig({ dir: "migrations", lockTimeout: "80ms" });
    export async function go(): Promise<readonly string[]> {
      const seen: RunEvent["event"][] = [];
      const result: RunResult = await migrate({ connection: "postgres://h/d", onEvent: (e) => seen.push(e.event) });
      void createTestDatabases;
      return result.applied;
    }
    export async function look(options: LintOptions): Promise<readonly Finding[]> {
      const result: LintResult = await lint({ ...options, rules: { "drop-table": "off" } });
      return result.failed ? result.findings : [];
    }
    // @ts-expect-error: no such option
    void migrate({ nonsense: true });`,
  "types.cts": `
    import lockstep = require("lockstep");
    export const go = (): Promise<lockstep.RunResult> => lockstep.migrate({ connection: "postgres://h/d" });`,
};

let dir: string;

beforeAll(async () => {
  const folder = await project({ files: CONSUMER });
  dir = folder.dir;
  await mkdir(join(dir, "node_modules", "@types"), { recursive: true });
  for (const name of ["pg", "@types/node"]) {
    await symlink(join(ROOT, "node_modules", name), join(dir, "node_modules", name));
  }
  await symlink(ROOT, join(dir, "node_modules", "lockstep"));
  return () => folder.remove();
});

async function node(file: string, url?: string): Promise<unknown> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], URL: url };
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: dir, env });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("a program that uses lockstep", () => {
  test("imports it, and migrates a folder with a TypeScript migration", async () => {
    await using database = await freshDatabase();
    expect(await node("use.mjs", database.url)).toEqual([["1_users", "2_seed"], "2", "function"]);
  });

  test("requires it, and gives migrations as data", async () => {
    await using database = await freshDatabase();
    expect(await node("use.cjs", database.url)).toEqual(["1_a"]);
  });

  test("looks at its migrations without a database, by import and by require", async () => {
    expect(await node("lint.cjs")).toEqual([2, false]);
    // The example of the page, as it is there.
    const page = await readFile(join(ROOT, "docs/library.md"), "utf8");
    const example = /^## Lint$[^]*?^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? "";
    await writeFile(join(dir, "example.mjs"), example);
    const shown = await run(process.execPath, ["example.mjs"], { cwd: dir }).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(shown).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^index-not-concurrent 0002_index\.sql 1 `orders` [^\n]*\n$/),
    });
  });

  test("hands over its pool or client, of which no connection is taken", async () => {
    await using database = await freshDatabase();
    expect(await node("pool.mjs", database.url)).toEqual(["applied", "nothing-to-do", 0, 0]);
  });

  test("gets migrated databases for its own tests, each a fresh copy", async () => {
    expect(await node("testing.mjs")).toEqual(["Ada", "Ada", "Ada"]);
  });

  test.each([
    ["nodenext", "types.ts"],
    ["bundler", "types.ts"],
    ["nodenext", "types.cts"],
  ])("finds its types under moduleResolution %s (%s)", async (resolution, file) => {
    const module = resolution === "bundler" ? "esnext" : "nodenext";
    const args = ["--noEmit", "--strict", "--target", "es2022", "--module", module];
    const tsc = join(ROOT, "node_modules", ".bin", "tsc");
    const more = ["--moduleResolution", resolution, "--types", "node", "--skipLibCheck", file];
    const { stdout } = await run(tsc, [...args, ...more], { cwd: dir }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe("");
  });
});

test("dist passes on the licences of what is inside of it, and no path of the machine", async () => {
  const text = await readFile(join(ROOT, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
  for (const name of ["pg", "@stricli/core", "@opentelemetry/sdk-metrics", "yaml"]) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, "m"));
  }
  expect(text).not.toContain(ROOT);
});
