/** `lockstep trace`, `stats` and `plan --trace` as commands: exit codes, flags, and the documented JSON. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TraceResult } from "../../src/trace/result.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";

const VERSION = ["--pg-version", String(testedVersion())];
const FILES = {
  "migrations/1_users.sql":
    "create table users (id bigint primary key, age int); insert into users select g from generate_series(1, 20000) g;",
  "migrations/2_age.sql": "alter table users alter column age type bigint;",
};

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/trace.md"), "utf8");

test("the JSON is the documented one", async () => {
  const { dir } = await project({
    files: {
      "migrations/1_orders.sql": example("migrations/1_orders.sql"),
      "migrations/2_index.sql": example("migrations/2_index.sql"),
    },
  });
  const { code, stdout, stderr } = await runCli(
    ["trace", "migrations/2_index.sql", "--json", "--no-cache", ...VERSION],
    { cwd: dir },
  );
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(constant(stdout)).toEqual(constant(example("output")));
});

function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name} -->\\s+\`\`\`\\w+\\n([^]*?)\`\`\``).exec(PAGE);
  return block![1]!;
}

/** Without what differs from run to run. */
function constant(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => {
    if (key === "durationMs") return 0;
    if (key === "server") return "";
    return key === "message" && String(value).match(/concurrent|…/i) ? "" : value;
  });
}

test("nothing that says what is pending is a usage error that says what would", async () => {
  const { dir } = await project({ files: FILES });
  const { code, stderr } = await runCli(["trace"], { cwd: dir });
  expect(code).toBe(64);
  expect(stderr).toContain("Nothing says what is pending");
  expect(stderr).toContain("--since");
});

test("a file that is no migration, and a limit without sizes, are usage errors", async () => {
  const { dir } = await project({ files: FILES });
  const wrong = await runCli(["trace", "migrations/7_none.sql"], { cwd: dir });
  expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining("7_none.sql")]);
  const limit = await runCli(["trace", "migrations/2_age.sql", "--max-block", "1s"], { cwd: dir });
  expect([limit.code, limit.stderr]).toEqual([64, expect.stringContaining("--stats")]);
});

test("what a branch adds is pending, also what git does not know yet", async () => {
  const { dir, write } = await project({ files: FILES });
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: dir });
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  await write("migrations/3_more.sql", "alter table users add column note text;");
  const { json, code } = await runCli(["trace", "--since", "HEAD", "--json", ...VERSION], {
    cwd: dir,
  });
  expect(code).toBe(0);
  expect((json() as TraceResult).files.map(({ id }) => id)).toEqual(["3_more"]);
});

test("statistics of a real database, and a limit that is exceeded: 65, and by how much", async () => {
  await using db = await freshDatabase();
  const { dir, write } = await project({ files: FILES });
  const up = await runCli(["up", "--to", "1", "--yes"], { cwd: dir, url: db.url });
  expect(up.code).toBe(0);
  const stats = await runCli(["stats"], { cwd: dir, url: db.url });
  expect(stats.code).toBe(0);
  await write("stats.json", stats.stdout);
  const flags = ["trace", "--stats", "stats.json"];
  const over = await runCli([...flags, "--max-block", "1ms"], { cwd: dir, url: db.url });
  expect(over.code).toBe(65);
  expect(over.stdout).toMatch(/2_age, step 1: users is blocked for about .* more than the 1 ms/);
  const within = await runCli([...flags, "--max-block", "1h"], { cwd: dir, url: db.url });
  expect(within.code).toBe(0);
  expect(within.stdout).toContain("No step is expected to make others wait for more than");
  expect(within.stdout).toMatch(/in production {2}ACCESS EXCLUSIVE on users for about/);
});

test("the plan, and under each step what the trace saw", async () => {
  await using db = await freshDatabase();
  const { dir } = await project({ files: FILES });
  const text = await runCli(["plan", "--trace"], { cwd: dir, url: db.url });
  expect(text.code).toBe(0);
  const lines = text.stdout.split("\n").map((line) => line.trim());
  const age = lines.findIndex((line) => line.startsWith("2_age"));
  const seen = lines.findIndex((line, at) => at > age && line.startsWith("in the sandbox"));
  expect(seen).toBeGreaterThan(age);
  expect(lines.slice(seen).join("\n")).toContain("rewrites users, under ACCESS EXCLUSIVE");
  const json = await runCli(["plan", "--trace", "--count", "1", "--json"], {
    cwd: dir,
    url: db.url,
  });
  const plan = json.json() as { migrations: unknown[]; trace: TraceResult };
  expect(plan.migrations).toHaveLength(1);
  expect(plan.trace.files.map(({ id }) => id)).toEqual(["1_users"]);
  expect((await db.admin.query("select to_regclass('users') as users"))[0]).toEqual({
    users: null,
  });
});

test("a statement that fails ends it with the code that `up` would end with", async () => {
  const { dir } = await project({
    files: { ...FILES, "migrations/3_wrong.sql": "alter table nobody add column a int;" },
  });
  const { code, stdout } = await runCli(["trace", "migrations/3_wrong.sql", ...VERSION], {
    cwd: dir,
  });
  expect(code).toBe(79);
  expect(stdout).toContain('failed: relation "nobody" does not exist');
});
