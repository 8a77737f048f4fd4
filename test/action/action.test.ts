/** The GitHub Action: its committed bundle, in a clone, with an API that is played. */
import { execFile } from "node:child_process";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { project } from "../support/project.ts";
import { errorsOfAction } from "./github-parser.ts";
import { commentsApi, type FakeComment, git, pullRequest, runAction } from "./pull-request.ts";

const ROOT = join(import.meta.dirname, "../..");
const ORDERS = "create table orders (id bigint primary key, customer_id bigint);\n";
const OLD = "create index old on orders (id);\n";
const WRONG = "create index new on orders (customer_id);\n";
const BEFORE = { "migrations/1_orders.sql": ORDERS, "migrations/2_old.sql": OLD };
const CHANGED = { "migrations/3_new.sql": WRONG };
const OTHERS: readonly FakeComment[] = [
  { id: 1, body: "Looks good" },
  { id: 2, body: "> <!-- lockstep-lint --> is what it begins with" },
];

/** Module with which each action begins, by its folder and the name of its bundle. */
const ACTIONS = [
  { folder: "action", entry: "main", bundle: "index" },
  { folder: "action/plan", entry: "plan", bundle: "plan" },
  { folder: "action/trace", entry: "trace", bundle: "trace" },
  { folder: "action/up", entry: "up", bundle: "up" },
  { folder: "action/gate", entry: "gate", bundle: "gate" },
];

test("the bundles are what the source makes", async () => {
  const { dir } = await project();
  await promisify(execFile)(
    join(ROOT, "node_modules/.bin/rolldown"),
    ["-c", "action/rolldown.config.ts"],
    { cwd: ROOT, env: { ...process.env, LOCKSTEP_ACTION: dir } },
  );
  const made = (await readdir(dir)).toSorted();
  expect(made).toEqual(ACTIONS.map(({ bundle }) => `${bundle}.mjs`).toSorted());
  expect((await readdir(join(ROOT, "action/dist"))).toSorted()).toEqual(made);
  for (const file of made) {
    const committed = await readFile(join(ROOT, "action/dist", file), "utf8");
    expect(committed, "run `npm run build:action`").toBe(await readFile(join(dir, file), "utf8"));
  }
});

/** A module of the action and all that it imports. */
async function sourcesOf(module: string, seen = new Map<string, string>()): Promise<string> {
  const code = await readFile(join(ROOT, `action/src/${module}.ts`), "utf8");
  seen.set(module, code);
  for (const [, other = ""] of code.matchAll(/from "\.\/([\w-]+)\.ts"/g)) {
    if (!seen.has(other)) await sourcesOf(other, seen);
  }
  return [...seen.values()].join("\n");
}

test.each(ACTIONS)(
  "$folder/action.yml names every input and output that is used, and no other",
  async ({ folder, entry, bundle }) => {
    const yaml = await readFile(join(ROOT, folder, "action.yml"), "utf8");
    const action = parse(yaml) as Record<"inputs" | "outputs", object> & { runs: object };
    const code = await sourcesOf(entry);
    const used = (pattern: RegExp): string[] =>
      [...new Set([...code.matchAll(pattern)].map(([, name = ""]) => name))].toSorted();
    expect(Object.keys(action.inputs).toSorted()).toEqual(
      used(/\b(?:input|lines|isYes)\(env, "([\w-]+)"\)/g),
    );
    expect(Object.keys(action.outputs).toSorted()).toEqual(used(/\bsetOutput\(env, "([\w-]+)"/g));
    const main = join(folder, (action.runs as { main: string }).main);
    expect([action.runs, main]).toEqual([
      { using: "node20", main: expect.any(String) as string },
      `action/dist/${bundle}.mjs`,
    ]);
  },
);

test.each(ACTIONS)("$folder/action.yml is one that GitHub reads", async ({ folder }) => {
  const content = await readFile(join(ROOT, folder, "action.yml"), "utf8");
  expect(await errorsOfAction(content)).toEqual([]);
  expect(await errorsOfAction(content.replace("runs:", "run:"))).not.toEqual([]);
});

describe("a pull request", () => {
  test("gets annotations, a summary, outputs and SARIF for what it changes", async () => {
    const work = await pullRequest(BEFORE, CHANGED);
    const ran = await runAction(work, { "sarif-file": "out/lint.sarif" });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^::error file=migrations\/3_new\.sql,line=1,/m);
    expect(ran.stdout).not.toContain("2_old.sql");
    expect(ran.summary).toContain("## Lockstep lint");
    const errors = ran.stdout.match(/^::error file=/gm)?.length;
    expect(ran.outputs).toMatchObject({ errors: String(errors), sarif: "out/lint.sarif" });
    const sarif = await readFile(join(work.dir, "out/lint.sarif"), "utf8");
    expect(sarif).toContain('"uri": "migrations/3_new.sql"');
  });

  test("passes when what it changes is fine, and `since` and `paths` say otherwise", async () => {
    const work = await pullRequest(BEFORE, {
      "migrations/3_fine.sql": "create table t (id bigint primary key);\n",
    });
    const fine = await runAction(work, {});
    expect([fine.code, fine.outputs["errors"]]).toEqual([0, "0"]);
    const all = await runAction(work, { since: "all" });
    expect([all.code, all.stdout]).toEqual([1, expect.stringContaining("2_old.sql")]);
    const paths = await runAction(work, {
      since: "all",
      paths: "migrations/1_orders.sql\n\nmigrations/3_fine.sql\n",
    });
    expect(paths.code).toBe(0);
    const push = await runAction(work, {}, { event: { ref: "refs/heads/main" } });
    expect([push.code, push.stdout]).toEqual([1, expect.stringContaining("2_old.sql")]);
  });

  test("is compared with its base also in a checkout that does not have it", async () => {
    const work = await pullRequest(BEFORE, CHANGED);
    await git(work.dir, "update-ref", "-d", "refs/remotes/origin/main");
    const ran = await runAction(work, {});
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("3_new.sql");
    expect(ran.stdout).not.toContain("2_old.sql");
  });

  test("has paths from the root of the repository when its project is below", async () => {
    const below = (files: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(files).map(([file, text]) => [`packages/db/${file}`, text]),
      );
    const work = await pullRequest(below(BEFORE), below(CHANGED));
    const comments: FakeComment[] = [{ id: 1, body: "<!-- lockstep-lint -->\nof another project" }];
    const api = await commentsApi(comments);
    const ran = await runAction(
      work,
      {
        "working-directory": "packages/db",
        "sarif-file": "lint.sarif",
        comment: "true",
        token: "secret",
      },
      { api: api.url },
    );
    expect(ran.stdout).toMatch(/^::error file=packages\/db\/migrations\/3_new\.sql,/m);
    const sarif = await readFile(join(work.dir, "lint.sarif"), "utf8");
    expect(sarif).toContain('"uri": "packages/db/migrations/3_new.sql"');
    expect(comments.map(({ body }) => body.split("\n")[0])).toEqual([
      "<!-- lockstep-lint -->",
      "<!-- lockstep-lint packages/db -->",
    ]);
  });
});

describe("the comment", () => {
  const inputs = { comment: "true", token: "secret" };

  test("is made once, found on any page, written over, and left when nothing changes", async () => {
    const work = await pullRequest(BEFORE, CHANGED);
    const comments = [...OTHERS];
    const api = await commentsApi(comments);
    await runAction(work, inputs, { api: api.url });
    expect(comments).toHaveLength(3);
    expect(comments[2]!.body).toContain("3_new.sql");

    await runAction(work, inputs, { api: api.url });
    expect(api.requests.filter((one) => !one.startsWith("GET"))).toEqual([
      "POST /repos/ada/shop/issues/7/comments",
    ]);

    await work.commit({ "migrations/3_new.sql": WRONG.replace("index", "index concurrently") });
    const fixed = await runAction(work, inputs, { api: api.url });
    expect(fixed.code).toBe(0);
    expect(comments).toHaveLength(3);
    expect(comments[2]!.body).toContain("No findings");
    expect(comments.slice(0, 2)).toEqual(OTHERS);
  });

  test("is not made when there is nothing to say", async () => {
    const work = await pullRequest(BEFORE, { "README.md": "# Shop\n" });
    const comments = [...OTHERS];
    const api = await commentsApi(comments);
    expect((await runAction(work, inputs, { api: api.url })).code).toBe(0);
    expect(comments).toEqual(OTHERS);
  });

  test("does not decide: refused, it is a warning", async () => {
    const work = await pullRequest(BEFORE, { "README.md": "# Shop\n" });
    const api = await commentsApi([], { refuse: true });
    const ran = await runAction(work, inputs, { api: api.url });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(
      "::warning::The comment cannot be written: GitHub answers 403 to GET: Resource not accessible by integration",
    );
    const unreachable = await runAction(work, inputs);
    expect([unreachable.code, unreachable.stdout]).toEqual([
      0,
      expect.stringContaining("::warning::"),
    ]);
  });
});

test("what is wrong with the project is an error with its reason", async () => {
  const work = await pullRequest(BEFORE, {
    "lockstep.config.json": '{ "lint": { "rules": { "x": "off" } } }',
  });
  const config = await runAction(work, {});
  expect(config.code).toBe(1);
  expect(config.stdout).toMatch(/^::error::lockstep lint ends with 78: .*names rules of lint/m);
  await rm(join(work.dir, "node_modules"), { recursive: true });
  const absent = await runAction(work, {});
  expect([absent.code, absent.stdout]).toEqual([
    1,
    expect.stringContaining("::error::There is no"),
  ]);
});
