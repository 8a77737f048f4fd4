/** The catalog that is kept between runs changes how long lint takes, and nothing else. */
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lintProject, placesOf, type LintProject } from "../support/lint.ts";

const HISTORY = 25;
const LAST = "migrations/99_last.sql";

interface CachedProject {
  readonly project: LintProject;
  /** What lint prints about the last file. */
  last(...args: string[]): Promise<string>;
  entries(): Promise<string[]>;
}

async function cached(
  files: Record<string, string> = {},
  config: Record<string, unknown> = {},
): Promise<CachedProject> {
  const history = Object.fromEntries(
    Array.from({ length: HISTORY }, (_, index) => [
      `migrations/${index + 10}_t.sql`,
      `create table t${index} (id bigint primary key, note varchar(20), parent bigint);\n` +
        (index > 0
          ? `alter table t${index} add foreign key (parent) references t${index - 1};\n`
          : ""),
    ]),
  );
  const last =
    "alter table t3 alter note type text;\nalter table t4 alter note type varchar(10);\n" +
    "create index on t5 (note);\ndrop table t6;\n";
  const project = await lintProject({
    files: { ...history, [LAST]: last, ...files },
    config,
  });
  // The server's user, who is not this one when tests run as root, has to be able to enter it.
  await chmod(project.dir, 0o755);
  const env = { LOCKSTEP_CACHE: join(project.dir, "cache") };
  const folder = join(project.dir, "cache/lint");
  return {
    project,
    async last(...args) {
      const { code, stdout, stderr } = await project.lint(["--json", LAST, ...args], { env });
      expect([code, stderr]).toEqual([65, ""]);
      return stdout;
    },
    async entries() {
      const names = await readdir(folder).catch(() => []);
      return names.map((name) => join(folder, name)).toSorted();
    },
  };
}

test("a second run, one without a cache and several at once say the same", async () => {
  const { last, entries } = await cached();
  const without = await last("--no-cache");
  expect(await entries()).toEqual([]);
  const both = await Promise.all([last(), last(), last()]);
  expect(both).toEqual([without, without, without]);
  expect(await entries()).toHaveLength(1);
  expect(await last()).toBe(without);
  expect(placesOf(JSON.parse(without), "type-narrowing-data-loss")).toHaveLength(1);
});

test("an earlier file that changes, comes or goes is seen, and so is another version", async () => {
  const { project, last, entries } = await cached();
  const before = await last();
  await project.write(
    "migrations/13_t.sql",
    "create table t3 (id int, note int, parent bigint);\n",
  );
  const changed = await last();
  expect(changed).toBe(await last("--no-cache"));
  expect(placesOf(JSON.parse(changed), "type-change-rewrite")).not.toEqual(
    placesOf(JSON.parse(before), "type-change-rewrite"),
  );
  await project.write("migrations/9_t.sql", "create extension citext;\n");
  expect(await last()).toBe(await last("--no-cache"));
  expect(await last("--pg-version", "14")).toBe(await last("--pg-version", "14", "--no-cache"));
  expect(await entries()).toHaveLength(4);
});

test.each([
  ["empty", () => Buffer.alloc(0)],
  ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["other bytes", () => Buffer.from("not what it was")],
  [
    "a changed name in it",
    (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      changed[changed.lastIndexOf("note")] = "m".charCodeAt(0);
      return changed;
    },
  ],
])("an entry that is damaged (%s) is as good as none", async (_, damage) => {
  const { last, entries } = await cached();
  const before = await last();
  const [entry = ""] = await entries();
  const damaged = damage(await readFile(entry));
  await writeFile(entry, damaged);
  expect(await last()).toBe(before);
});

test("values of another tool's templates are a part of what is kept", async () => {
  const files = Object.fromEntries(
    Array.from({ length: HISTORY }, (_, index) => [
      `sql/V${index + 1}__t.sql`,
      `create table \${prefix}_t${index} (id bigint primary key, note varchar(20));\n`,
    ]),
  );
  const { project } = await cached(
    { ...files, "sql/V99__last.sql": "alter table a_t3 alter note type varchar(10);\n" },
    { dir: "sql" },
  );
  const run = async (prefix: string): Promise<readonly string[]> => {
    await project.write(
      "lockstep.config.json",
      JSON.stringify({ dir: "sql", placeholders: { prefix } }),
    );
    const env = { LOCKSTEP_CACHE: join(project.dir, "cache") };
    return placesOf(
      await project.report(["sql/V99__last.sql"], { env }),
      "type-narrowing-data-loss",
    );
  };
  expect(await run("a")).toHaveLength(1);
  expect(await run("a")).toHaveLength(1);
  expect(await readdir(join(project.dir, "cache/lint"))).toHaveLength(1);
  // Nothing is known of the type that the column of another table has.
  expect(await run("b")).toHaveLength(0);
});

test("a cache folder that cannot be used is no reason not to look", async () => {
  const { project, last } = await cached({ file: "" });
  const env = { LOCKSTEP_CACHE: join(project.dir, "file/below") };
  const { code, stdout } = await project.lint(["--json", LAST], { env });
  expect([code, stdout]).toEqual([65, await last("--no-cache")]);
});
