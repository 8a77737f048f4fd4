/** On which files `lockstep lint` reports, by paths, folders and what changed since a commit. */
import { execFile } from "node:child_process";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { lintProject, places, placesOf, type LintProject } from "../support/lint.ts";

const FILES = {
  "migrations/1_orders.sql":
    "create table orders (id bigint primary key, note text, state text);\n",
  "migrations/2_note.sql": "create index on orders (note);\n",
  "migrations/2_note.down.sql": "drop index orders_note_idx;\n",
  "migrations/3_state.sql": "create index on orders (state);\n",
};
const index = (file: string): string => `index-not-concurrent ${file}:1:1`;

describe("paths", () => {
  test("files, folders and several of them; the rest is history", async () => {
    const { dir, report } = await lintProject({ files: FILES });
    const all = [index("migrations/2_note.sql"), index("migrations/3_state.sql")];
    expect(placesOf(await report(), "index-not-concurrent")).toEqual(all);
    expect(places(await report(["migrations"]))).toEqual(all);
    expect(places(await report([join(dir, "migrations/3_state.sql")]))).toEqual([all[1]]);
    const two = await report(["migrations/3_state.sql", "./migrations/2_note.sql"]);
    expect([two.summary["files"], places(two)]).toEqual([2, all]);
  });

  test("a way back is looked at when it is named, and is never history", async () => {
    const { report } = await lintProject({
      files: {
        ...FILES,
        "migrations/1_orders.down.sql": "drop table orders;\n",
        "migrations/4_same.sql": "create index concurrently on orders (note);\n",
      },
    });
    expect((await report()).summary["files"]).toBe(4);
    const down = await report(["migrations/1_orders.down.sql"]);
    expect(placesOf(down, "drop-table")).toEqual(["drop-table migrations/1_orders.down.sql:1:1"]);
    expect(down.summary["files"]).toBe(1);
    // With the table dropped by the way back of 1, nothing would be a duplicate.
    const named = await report(["migrations/1_orders.down.sql", "migrations/4_same.sql"]);
    expect(placesOf(named, "duplicate-index")).toEqual([
      "duplicate-index migrations/4_same.sql:1:1",
    ]);
    expect(named.summary["files"]).toBe(2);
  });

  test("a file outside of the folder is the next migration", async () => {
    const { report } = await lintProject({
      files: {
        ...FILES,
        "draft.sql": "create index on orders (note);\n",
        "draft.down.sql": "drop table orders;\n",
        "draft.ts": "export async function up() {}\n",
      },
    });
    const draft = await report(["draft.sql"]);
    expect(placesOf(draft, "duplicate-index")).toEqual(["duplicate-index draft.sql:1:1"]);
    expect(placesOf(draft, "index-not-concurrent")).toEqual([index("draft.sql")]);
    const others = await report(["draft.down.sql", "draft.ts", "draft.sql", "draft.sql"]);
    expect(others.summary).toMatchObject({ files: 3, unread: [] });
    expect(placesOf(others, "duplicate-index")).toEqual(["duplicate-index draft.sql:1:1"]);
  });

  test("a folder that nobody configured is read, behind the one that is", async () => {
    const { report, lint } = await lintProject({
      files: { ...FILES, "next/1_more.sql": "create index on orders (note);\n" },
    });
    const next = await report(["next"]);
    expect(placesOf(next, "index-not-concurrent")).toEqual([index("next/1_more.sql")]);
    expect(placesOf(next, "duplicate-index")).toEqual(["duplicate-index next/1_more.sql:1:1"]);
    expect((await report(["--dir", "next"])).summary["files"]).toBe(1);
    const both = await lint(["--dir", "migrations", "--dir", "next"]);
    expect([both.code, both.stderr]).toEqual([
      65,
      expect.stringContaining("both have version `1`"),
    ]);
  });

  test("without a configured folder, the one in which the files are is the history", async () => {
    const files = {
      "db/1_t.sql": "create table t (a int);\n",
      "db/2_t.sql": "create index on t (a);\n",
      "db/3_t.sql": "create index on t (a);\n",
    };
    const { report } = await lintProject({ files });
    const file = await report(["db/3_t.sql"]);
    expect(placesOf(file, "duplicate-index")).toEqual(["duplicate-index db/3_t.sql:1:1"]);
    expect(placesOf(await report(["db"]), "index-not-concurrent")).toEqual([
      index("db/2_t.sql"),
      index("db/3_t.sql"),
    ]);
  });

  test("an empty folder has no findings", async () => {
    const { dir, lint } = await lintProject({});
    await mkdir(join(dir, "migrations"));
    const none = { code: 0, stdout: "No findings in 0 files\n", stderr: "" };
    expect(await lint()).toMatchObject(none);
    expect(await lint(["migrations"])).toMatchObject(none);
  });
});

describe("--since", () => {
  const run = promisify(execFile);

  async function repository(
    files: Record<string, string>,
  ): Promise<LintProject & { git: (...args: string[]) => Promise<void> }> {
    const created = await lintProject({ files });
    const env = {
      PATH: process.env["PATH"],
      HOME: created.dir,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.org",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.org",
    };
    const git = async (...args: string[]): Promise<void> => {
      await run("git", ["-c", "protocol.file.allow=always", ...args], { cwd: created.dir, env });
    };
    await git("init", "-q", "-b", "main");
    await git("add", ".");
    await git("commit", "-qm", "first");
    return { ...created, git };
  }

  test("what a branch changed, committed or not, and files that git does not know", async () => {
    const { report, write, git } = await repository(FILES);
    expect((await report(["--since", "main"])).summary["files"]).toBe(0);
    await git("checkout", "-qb", "work");
    await write("migrations/4_a.sql", "create index on orders (state);\n");
    await git("add", ".");
    await git("commit", "-qm", "second");
    await write("migrations/5_b.sql", "create index on orders (note);\n");
    await write("migrations/2_note.sql", "create index on orders (note, id);\n");
    const since = await report(["--since", "main"]);
    expect(placesOf(since, "index-not-concurrent")).toEqual(
      ["2_note", "4_a", "5_b"].map((name) => index(`migrations/${name}.sql`)),
    );
    // What main got in the meantime is not the branch's.
    await git("stash", "-qu");
    await git("checkout", "-q", "main");
    await write("migrations/3_state.sql", "create index on orders (state, id);\n");
    await git("commit", "-qam", "third");
    await git("checkout", "-q", "work");
    const branch = await report(["--since", "main"]);
    expect(placesOf(branch, "index-not-concurrent")).toEqual([index("migrations/4_a.sql")]);
    expect((await report(["--since", "main", "migrations/3_state.sql"])).summary["files"]).toBe(0);
    // The path of an unchanged file outside of the folder changes nothing either.
    await write("draft.sql", "create index on orders (note);\n");
    await git("add", ".");
    await git("commit", "-qm", "fourth");
    expect((await report(["--since", "HEAD", "draft.sql"])).summary["files"]).toBe(0);
    expect((await report(["--since", "HEAD~1", "draft.sql"])).summary["files"]).toBe(1);
  });

  test("a way back that changed is looked at when it is named", async () => {
    const { report, write } = await repository(FILES);
    await write("migrations/2_note.down.sql", "drop index if exists orders_note_idx;\n");
    const named = await report(["--since", "HEAD", "migrations/2_note.down.sql"]);
    expect(named.summary["files"]).toBe(1);
  });

  test("in a folder below the root, behind a symbolic link, and with names that git quotes", async () => {
    const { dir, write, git } = await repository({ "app/keep": "" });
    await write("app/migrations/1_größe x.sql", "drop table t;\n");
    await git("add", ".");
    await rename(join(dir, "app/migrations"), join(dir, "sql"));
    await symlink("../sql", join(dir, "app/migrations"));
    const { runCli } = await import("../support/cli.ts");
    const result = await runCli(["lint", "--since", "HEAD", "--json"], { cwd: join(dir, "app") });
    expect(result.json()).toMatchObject({ findings: [{ rule: "drop-table" }] });
  });

  test("a commit that is not there, and a folder without git, end with 64 and what to do", async () => {
    const { lint } = await repository(FILES);
    const unknown = await lint(["--since", "origin/main"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringContaining("fetch the target branch"),
    ]);
    expect((await lint(["--since", "--all"])).code).toBe(64);
    const outside = await lintProject({ files: FILES });
    const none = await outside.lint(["--since", "main"], { env: { GIT_CEILING_DIRECTORIES: "/" } });
    expect([none.code, none.stderr]).toEqual([64, expect.stringContaining("not a git repository")]);
    const bare = await outside.lint(["--since", "main"], { env: { PATH: outside.dir } });
    expect([bare.code, bare.stderr]).toEqual([
      64,
      expect.stringContaining("`git` is not installed"),
    ]);
  });

  test("a shallow clone has no common ancestor: the commit itself is compared with", async () => {
    const { dir, write, git, lint } = await repository(FILES);
    await git("checkout", "-qb", "work");
    await write("migrations/4_a.sql", "create index on orders (state);\n");
    await git("add", "migrations");
    await git("commit", "-qm", "second");
    await git("clone", "-q", "--depth", "1", "--branch", "work", `file://${dir}`, "clone");
    const clone = { cwd: join(dir, "clone") };
    expect((await lint(["--since", "origin/main"], clone)).code).toBe(64);
    await git(
      "-C",
      "clone",
      "fetch",
      "-q",
      "--depth",
      "1",
      "origin",
      "main:refs/remotes/origin/main",
    );
    const { stdout } = await lint(["--since", "origin/main", "--json"], clone);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { files: 1 },
      findings: expect.arrayContaining([
        expect.objectContaining({ rule: "index-not-concurrent", file: "migrations/4_a.sql" }),
      ]),
    });
  });
});
