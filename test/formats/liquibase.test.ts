/** Liquibase: formatted SQL below a master changelog, and the real tool where there is a Java. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { asReader, formatSuite, writeTheirs } from "./harness.ts";
import { copyOf, runTool } from "./other-tool.ts";

const TOOL = join(import.meta.dirname, "../../node_modules/liquibase/dist/liquibase/liquibase");
const hasJava = spawnSync("java", ["-version"]).status === 0;
if (!hasJava) console.warn("There is no Java here: Liquibase itself is not run.");

/** On a copy of the folder; the copy is also its home. */
async function liquibase(db: TestDatabase, dir: string, ...command: string[]): Promise<string> {
  const { hostname, port, username, password } = new URL(db.url);
  const copy = await copyOf(dir, () => true);
  const args = [
    `--url=jdbc:postgresql://${hostname}:${port}/${db.name}`,
    `--username=${username}`,
    ...(password ? [`--password=${password}`] : []),
    `--search-path=${copy}`,
    "--changelog-file=db.changelog-master.yaml",
    "--show-banner=false",
    ...command,
  ];
  return runTool(TOOL, args, copy, { HOME: "/home/of/somebody" });
}

formatSuite({
  format: "liquibase",
  dir: "liquibase/changelog",
  half: 5,
  ids: [
    "ann:1",
    "bo smith:audit",
    "ann:3",
    "ann:4",
    "ann:5",
    "changes/later/010-orders.sql:ann:1",
    "ann:indexes",
    "ann:cancelled",
    "includeAll:raw",
    "ann:import",
    "ann:no-regions",
    "ann:body",
    "ann:order-list",
  ],
  besides: ["databasechangeloglock"],
  ...(hasJava && {
    applyHalf: async (db, dir) => void (await liquibase(db, dir, "update-count", "--count=5")),
  }),
  results: {
    "select name, note from customers order by id": [
      { name: "Zoë", note: "semi;colon ${unknown.name}" },
      { name: "Ann", note: "none" },
      { name: "Bo", note: "none" },
    ],
    "select id::int, state::text from orders order by id": [
      { id: 1, state: "open" },
      { id: 3, state: "cancelled" },
    ],
    "select name from regions order by code": [
      { name: "Asia; $${most}$$" },
      { name: "Europe; all of it" },
      { name: "Nordåmerika" },
    ],
    "select name, state::text from order_list order by id": [
      { name: "Zoë", state: "open" },
      { name: "Zoë", state: "cancelled" },
    ],
  },
});

const FIXTURE = join(import.meta.dirname, "liquibase/changelog");

describe.runIf(hasJava)("with Liquibase itself", () => {
  test("it takes the rows that are written here for its own", async () => {
    await using db = await freshDatabase();
    const format = formatNamed("liquibase");
    const { migrations } = await readSource([FIXTURE], { cwd: FIXTURE, env: {} });
    await writeTheirs(db, format, migrations.slice(0, -1));
    const sql = await liquibase(db, FIXTURE, "update-sql");
    expect(sql.match(/^-- Changeset .*$/gm)).toEqual([
      "-- Changeset changes/views.sql::order-list::ann",
    ]);
  });

  test("its checksums are the ones that are computed here", async () => {
    await using db = await freshDatabase();
    const { dir } = await project({
      files: {
        "db.changelog-master.yaml":
          "databaseChangeLog:\n- property: {name: Mixed.Case, value: 1}\n- includeAll:\n    path: all\n",
        "all/1.sql": ODD.join("\n"),
        "all/2-crlf.sql": ODD.join("\r\n").replaceAll("odd:", "crlf:"),
        "all/3-raw.sql": "-- a comment\nselect '${Mixed.Case}';\n",
      },
    });
    await liquibase(db, dir, "update");
    const env = { HOME: "/home/of/somebody" };
    const { migrations } = await readSource([dir], { cwd: dir, env });
    const { history } = formatNamed("liquibase");
    const [table] = await history!.find(asReader(db));
    const rows = await history!.read(asReader(db), table!);
    const expanded = history!.expand!(rows, migrations);
    expect(expanded.map(({ key, checksum }) => [key, checksum])).toEqual(
      migrations.map(({ theirs }) => [theirs!.key, theirs!.checksums!()[0]]),
    );
  });
});

/** Whatever changes the text that is hashed. */
const ODD = [
  "--liquibase formatted sql",
  "--property name:two.words value:two words",
  "--property name:HOME value:from-the-file",
  "--property name:first value:1",
  "--property name:first value:2",
  "--property name:nested value:${first}",
  "--property name:only.mysql value:3 dbms:mysql",
  "",
  "--changeset odd:1 context:test labels:one",
  "\tselect 1 , '  ${HOME}' ,\t'${mixed.case}' as \"Ünïcode é e\u0301\";",
  "  -- an indented comment",
  "/* and a block */",
  "--rollback select 1;",
  "",
  "--changeset odd:2",
  "select '${:first}', '${nested}', '${first}', '${two.words}', '${only.mysql}', '${later}';",
  "--property name:later value:4",
  "",
  "--ignoreLines:start",
  "no sql at all",
  "--ignoreLines:end",
  "--changeset odd:3 endDelimiter:\\nGO",
  "select 1",
  "GO",
  "--ignoreLines:1",
  "no sql",
  "select 2",
  "GO",
  "--comment one",
  "--comment: two",
  "  --comment three",
  "/* liquibase rollback",
  "select 3;",
  "*/",
  "--changeset odd:4 splitStatements:false",
  "select 1; select 2;",
  "/",
];
