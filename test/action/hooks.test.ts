/** What runs before a commit, in a real repository: the hook for pre-commit, and a hook of git. */
import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { project } from "../support/project.ts";
import { git, GIT_ENV } from "./pull-request.ts";

const ROOT = join(import.meta.dirname, "../..");
const ORDERS = "create table orders (id bigint primary key, customer_id bigint);\n";
const WRONG = "create index new on orders (customer_id);\n";
const FINE = WRONG.replace("index", "index concurrently");

async function repository(): Promise<{
  dir: string;
  write: (file: string, text: string) => Promise<string>;
}> {
  const folder = await project({
    files: {
      "migrations/1_orders.sql": ORDERS,
      "package.json": "{}",
      ".gitignore": "node_modules\n",
    },
  });
  const { dir } = folder;
  await git(dir, "init", "--quiet", "--initial-branch=main");
  await git(dir, "add", ".");
  await git(dir, "commit", "--quiet", "--message=first");
  await mkdir(join(dir, "node_modules/.bin"), { recursive: true });
  await symlink(join(ROOT, "dist/cli/main.js"), join(dir, "node_modules/.bin/lockstep"));
  return { dir, write: (file, text) => folder.write(file, text) };
}

/** pre-commit splits `entry` into words and puts the staged files of the types behind them. */
async function asPreCommit(dir: string): Promise<number | null> {
  const yaml = await readFile(join(ROOT, ".pre-commit-hooks.yaml"), "utf8");
  const value = (key: string): string =>
    new RegExp(`^ {2}${key}: (.*)$`, "m").exec(yaml)?.[1] ?? "";
  expect([value("language"), value("types"), value("pass_filenames")]).toEqual([
    "node",
    "[sql]",
    "true",
  ]);
  const staged = await git(dir, "diff", "--cached", "--name-only", "--diff-filter=d", "-z");
  const files = staged.split("\0").filter((name) => name.endsWith(".sql"));
  const [command = "", ...args] = value("entry").split(" ");
  const PATH = `${join(dir, "node_modules/.bin")}:${process.env["PATH"]}`;
  const child = spawn(command, [...args, ...files], { cwd: dir, env: { PATH, HOME: dir } });
  return new Promise((done) => child.once("close", done));
}

test("the hook for pre-commit stops a commit with 65, and lets a good one go", async () => {
  const { dir, write } = await repository();
  await write("migrations/2_new.sql", WRONG);
  await git(dir, "add", ".");
  expect(await asPreCommit(dir)).toBe(65);
  await write("migrations/2_new.sql", FINE);
  await git(dir, "add", ".");
  expect(await asPreCommit(dir)).toBe(0);
});

test("package.json has the command that the hook calls", async () => {
  const { bin } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { bin: object };
  const yaml = await readFile(join(ROOT, ".pre-commit-hooks.yaml"), "utf8");
  expect(Object.keys(bin)).toContain(/^ {2}entry: (\S+)/m.exec(yaml)?.[1]);
});

test("the hook of git in docs/lint-ci.md does the same", async () => {
  const { dir, write } = await repository();
  const page = await readFile(join(ROOT, "docs/lint-ci.md"), "utf8");
  const script = /^```sh\n(#!\/bin\/sh\n[^]*?)^```$/m.exec(page)?.[1] ?? "";
  const hook = join(dir, ".git/hooks/pre-commit");
  await writeFile(hook, script);
  await chmod(hook, 0o755);
  const commit = (): Promise<{ code?: number; stdout: string }> =>
    promisify(execFile)("git", ["commit", "--quiet", "--message=second"], {
      cwd: dir,
      env: { ...GIT_ENV, HOME: dir },
    }).catch((error: { code: number; stdout: string }) => error);

  await write("migrations/2_new index.sql", WRONG);
  await git(dir, "add", ".");
  const refused = await commit();
  expect(refused.code).toBe(1);
  await write("migrations/2_new index.sql", FINE);
  await git(dir, "add", ".");
  expect((await commit()).code).toBeUndefined();
  await write("notes.txt", "nothing for lint\n");
  await git(dir, "add", ".");
  expect((await commit()).code).toBeUndefined();
  expect((await git(dir, "log", "--format=%s")).split("\n")).toHaveLength(4);
});
