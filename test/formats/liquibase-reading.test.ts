/** Liquibase: what is refused, what runs and in which order, preconditions, rollback, the history. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failures/failure.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource } from "../../src/formats/read-source.ts";
import type { MigrationSet } from "../../src/migrations/migration.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { down } from "../../src/runner/down.ts";
import { up } from "../../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { project } from "../support/project.ts";
import { asReader, writeTheirs } from "./harness.ts";

const FIXTURE = join(import.meta.dirname, "liquibase/changelog");

async function runner(db: TestDatabase, cwd: string): Promise<RunnerOptions> {
  return {
    target: await resolveTarget({ url: db.url, env: {} }),
    source: () => readSource([cwd], { cwd, env: {} }),
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0, historySchema },
  };
}

async function read(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<MigrationSet> {
  const { dir: cwd } = await project({ files });
  return readSource([cwd], { cwd, env });
}

async function problem(files: Readonly<Record<string, string>>): Promise<string> {
  const failure = await read(files).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  const { class: kind, what, location } = failure as Failure;
  return `${kind} ${location?.file}:${location?.line}: ${what}`;
}

/** One file, with its header. */
function formatted(...lines: readonly string[]): Record<string, string> {
  return { "a.sql": ["--liquibase formatted sql", ...lines, ""].join("\n") };
}

async function idsIn(
  files: Readonly<Record<string, string>>,
  env?: Readonly<Record<string, string>>,
): Promise<string[]> {
  return (await read(files, env)).migrations.map(({ id }) => id);
}

describe("what cannot run as Liquibase runs it is named", () => {
  const master = (text: string) => ({ "changelog.yaml": `databaseChangeLog:\n${text}\n` });
  const checked = (how: string, ...lines: string[]) =>
    formatted(
      "--changeset a:1",
      `--preconditions ${how}`,
      "--precondition-sql-check 1 select 1",
      ...lines,
    );
  test.each([
    [
      "failOnError",
      formatted("--changeset a:1 failOnError:false", "select 1;"),
      "a.sql:2: ",
      "`failOnError:false`",
    ],
    [
      "runAlways",
      formatted("--changeset a:1 runAlways:true", "select 1;"),
      "a.sql:2: ",
      "`runAlways:true`",
    ],
    [
      "runWith",
      formatted("--changeset a:1 runWith:sqlplus", "select 1;"),
      "a.sql:2: ",
      "`runWith:sqlplus`",
    ],
    [
      "the same twice",
      formatted("--changeset a:1", "select 1;", "--changeset a:1", "select 2;"),
      "file.duplicate a.sql:4",
      "two change sets",
    ],
    [
      "no SQL",
      formatted("--changeset a:1", "", "--changeset a:2", "select 1;"),
      "a.sql:2: ",
      "has no SQL",
    ],
    ["no id", formatted("--changeset a", "select 1;"), "a.sql:2: ", "without saying which"],
    [
      "one dash",
      formatted("--changeset a:1", "select 1;", "-changeset a:2", "select 1;"),
      "a.sql:4: ",
      "without saying",
    ],
    ["CONTINUE", checked("onFail:CONTINUE", "select 1;"), "a.sql:2: ", "`onFail:CONTINUE`"],
    [
      "an index under a condition",
      checked("onFail:MARK_RAN", "create index concurrently i on t (a);"),
      "a.sql:2",
      "`concurrently`",
    ],
    [
      "COPY under a condition",
      checked("onFail:MARK_RAN", "copy t from stdin;", "1", "\\."),
      "a.sql:2",
      "rows for COPY",
    ],
    [
      "another precondition",
      formatted("--changeset a:1", "--precondition-nothing x", "select 1;"),
      "a.sql:3",
      "`nothing`",
    ],
    [
      "no such rollback",
      formatted("--changeset a:1", "select 1;", "--rollback changesetId:9 changesetAuthor:a"),
      "a.sql",
      "names a change set",
    ],
    [
      "an open rollback",
      formatted("--changeset a:1", "select 1;", "/* liquibase rollback", "select 2;"),
      "a.sql:4",
      "does not end",
    ],
    [
      "no header",
      { ...formatted("--changeset a:1", "select 1;"), "b.sql": "select 1;" },
      "b.sql:1",
      "does not begin with",
    ],
    [
      "an XML change set",
      {
        "changelog.xml":
          '<databaseChangeLog>\n<!-- <include file="x"/> -->\n<changeSet id="1" author="a"><createTable tableName="t"/></changeSet>\n</databaseChangeLog>',
      },
      "changelog.xml:3",
      "`changeSet`",
    ],
    [
      "a YAML change set",
      master("- changeSet:\n    id: 1\n    changes:\n    - createTable:\n        tableName: t"),
      "changelog.yaml:2",
      "`changeSet`",
    ],
    [
      "a JSON change set",
      { "changelog.json": '{"databaseChangeLog":[{"changeSet":{"id":"1"}}]}' },
      "changelog.json",
      "`changeSet`",
    ],
    [
      "broken JSON",
      { "changelog.json": '{"databaseChangeLog":[' },
      "changelog.json",
      "is not JSON",
    ],
    ["a missing file", master("- include: {file: no.sql}"), "changelog.yaml:2", "`no.sql`"],
    [
      "two masters",
      { ...master("- include: {file: a.sql}"), "changelog.xml": "<databaseChangeLog/>" },
      "file.format changelog",
      "several changelogs",
    ],
  ])("%s", async (_name, files, place, words) => {
    const said = await problem(files);
    expect(said).toContain(place);
    expect(said).toContain(words);
  });

  test("another encoding", async () => {
    const { dir: cwd } = await project({ files: formatted() });
    writeFileSync(
      join(cwd, "a.sql"),
      "--liquibase formatted sql\n--changeset a:1\nselect 'é';\n",
      "latin1",
    );
    await expect(readSource([cwd], { cwd, env: {} })).rejects.toThrow(/UTF-8/);
  });
});

describe("which change sets run, and in which order", () => {
  const one = (id: string, attributes = "") =>
    `--liquibase formatted sql\n--changeset ${id} ${attributes}\nselect 1;\n`;

  test("without a master changelog, all files by path", async () => {
    const files = { "b.sql": one("x:b"), "a/z.sql": one("x:az"), "a.sql": one("x:a") };
    expect(await idsIn(files)).toEqual(["x:a", "x:az", "x:b"]);
  });

  test("a master in XML, one in JSON, and one in SQL", async () => {
    const files = { "db/10.sql": one("x:10"), "db/2.sql": one("x:2"), "last.sql": one("x:last") };
    const xml = `<?xml version="1.0"?>\n<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
      <property name="a" value="b"/>\n<include file="classpath:app/db/2.sql"/>\n<includeAll path="app/db/"/>
      <include file='last.sql' relativeToChangelogFile='true'/></databaseChangeLog>`;
    expect(await idsIn({ ...files, "changelog.xml": xml })).toEqual(["x:2", "x:10", "x:last"]);
    const json = JSON.stringify({
      databaseChangeLog: [
        { include: { file: "last.sql" } },
        { includeAll: { path: "db", relativeToChangelogFile: true } },
      ],
    });
    expect(await idsIn({ ...files, "changelog.json": json })).toEqual(["x:last", "x:10", "x:2"]);
    const sql =
      "--liquibase formatted sql\n--include file:last.sql relativeToChangelogFile:true\n--includeAll path:db/\n";
    expect(await idsIn({ ...files, "master.sql": sql })).toEqual(["x:last", "x:10", "x:2"]);
  });

  test("contexts and labels count where they are configured", async () => {
    const files = {
      "a.sql": [
        one("x:none"),
        "--changeset x:test context:test\nselect 1;\n",
        '--changeset x:both contextFilter:"!prod and (test or dev)"\nselect 1;\n',
        "--changeset x:prod context:prod labels:one,two\nselect 1;\n",
      ].join(""),
    };
    const env = (contexts: string, labels = "") => ({
      LIQUIBASE_COMMAND_CONTEXTS: contexts,
      LIQUIBASE_COMMAND_LABEL_FILTER: labels,
    });
    expect(await idsIn(files)).toEqual(["x:none", "x:test", "x:both", "x:prod"]);
    expect(await idsIn(files, env("test"))).toEqual(["x:none", "x:test", "x:both"]);
    expect(await idsIn(files, env("prod"))).toEqual(["x:none", "x:prod"]);
    expect(await idsIn(files, env("prod", "!two"))).toEqual(["x:none"]);
    expect(await idsIn(files, env("dev,prod", "one and two"))).toEqual(["x:none", "x:prod"]);
  });

  test("databases", async () => {
    const ids = [
      "postgresql",
      "oracle,postgresql",
      "!oracle",
      "all",
      "oracle",
      "!postgresql",
      "none",
    ];
    const files = {
      "a.sql": `--liquibase formatted sql\n${ids.map((dbms) => `--changeset x:${dbms} dbms:${dbms}\nselect 1;\n`).join("")}`,
    };
    expect(await idsIn(files)).toEqual([
      "x:postgresql",
      "x:oracle,postgresql",
      "x:!oracle",
      "x:all",
    ]);
  });
});

describe("preconditions", () => {
  const files = (how: string, check: string) =>
    formatted(
      "--changeset a:1",
      `--preconditions ${how}`,
      `--precondition-sql-check ${check}`,
      "create table made (id int);",
      "insert into made values (1);",
    );
  const run = async (db: TestDatabase, from: Record<string, string>) => {
    const { dir: cwd } = await project({ files: from });
    const applied = await up(await runner(db, cwd)).catch((error: unknown) => error);
    const [row] = await db.admin.query<{ made: string | null }>(
      "select to_regclass('made')::text as made",
    );
    return [applied instanceof Failure ? applied.what : "applied", row!.made];
  };
  test.each([
    ["onFail:HALT", "expectedResult:1 select 1;", "applied", "made"],
    ["onFail:HALT", "expectedResult:\"a b\" select 'a b', 2", "applied", "made"],
    [
      "onFail:HALT",
      "expectedResult:0 select count(*) from pg_class",
      "must return 0, and returned",
      null,
    ],
    ["onFail:HALT", "expectedResult:0 select 1 where false", "returned no row", null],
    ["onError:HALT", "expectedResult:0 select 1 from missing", "does not exist", null],
    ["onFail:WARN", "expectedResult:0 select 1", "applied", "made"],
    ["onFail:WARN", "expectedResult:0 select 1 from missing", "does not exist", null],
    ["onFail:MARK_RAN", "expectedResult:0 select 1", "applied", null],
    ["onFail:MARK_RAN", "expectedResult:1 select 1", "applied", "made"],
    ["onFail:MARK_RAN", "expectedResult:1 select 1 from missing", "does not exist", null],
    ["onFail:MARK_RAN onError:MARK_RAN", "expectedResult:1 select 1 from missing", "applied", null],
    ["onFail:HALT onError:MARK_RAN", "expectedResult:0 select 1", "must return 0", null],
    ["onFail:HALT onError:WARN", "expectedResult:0 select 1 from missing", "applied", "made"],
  ])("%s, %s", async (how, check, said, made) => {
    await using db = await freshDatabase();
    const [what, table] = await run(db, files(how, check));
    expect(what).toContain(said);
    expect(table).toBe(made);
    await expectNoLeftovers(db);
  });
});

describe("the history", () => {
  test("paths may begin further above, and rows are written as the others are", async () => {
    await using db = await freshDatabase();
    const { migrations } = await readSource([FIXTURE], { cwd: FIXTURE, env: {} });
    const format = formatNamed("liquibase");
    const history = format.history!;
    await writeTheirs(db, format, migrations.slice(0, 2));
    await db.admin.query("update databasechangelog set filename = 'classpath:db/' || filename");
    const facts = { appliedAt: null, durationMs: 1, by: "somebody" };
    for (const { text, values = [] } of history.record(
      history.defaultTable,
      migrations[2]!,
      facts,
    )) {
      await db.admin.query(text, values);
    }
    const names = await db.admin.query("select distinct filename from databasechangelog");
    expect(names).toEqual([{ filename: "classpath:db/changes/001-customers.sql" }]);
    const rows = await history.read(asReader(db), history.defaultTable);
    const keys = history.expand!(rows, migrations).map(({ key }) => key);
    expect(keys.toSorted()).toEqual(
      migrations
        .slice(0, 3)
        .map(({ theirs }) => theirs!.key)
        .toSorted(),
    );
    for (const { text, values = [] } of history.forget(
      history.defaultTable,
      migrations[1]!,
      undefined,
    )) {
      await db.admin.query(text, values);
    }
    expect(await history.read(asReader(db), history.defaultTable)).toHaveLength(2);
  });

  test("its lock is a row, and may be missing", async () => {
    await using db = await freshDatabase();
    const { history } = formatNamed("liquibase");
    const table = history!.defaultTable;
    expect(await history!.locks(asReader(db), table)).toEqual([]);
    for (const sql of history!.create(table)) await db.admin.query(sql);
    const [lock] = await history!.locks(asReader(db), table);
    const taken = async () =>
      (await db.admin.query(`${(lock as { take: string }).take} returning id`)).length;
    expect([await taken(), await taken()]).toEqual([1, 0]);
    await db.admin.query((lock as { release: string }).release);
    expect(await taken()).toBe(1);
  });
});

test("down runs what `--rollback` says", async () => {
  await using db = await freshDatabase();
  const options = await runner(db, FIXTURE);
  await up(options, { count: 6 });
  const { applied } = await down(options, { count: 5 });
  expect(applied).toEqual([
    "changes/later/010-orders.sql:ann:1",
    "ann:5",
    "ann:4",
    "ann:3",
    "bo smith:audit",
  ]);
  expect(
    await db.admin.query(
      "select to_regclass('orders') as o, to_regclass('audit') as a, to_regclass('customers')::text as c",
    ),
  ).toEqual([{ o: null, a: null, c: "customers" }]);
});
