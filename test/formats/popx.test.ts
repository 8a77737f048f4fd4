/** Ory popx: files for several databases side by side, of which those for PostgreSQL run. */
import { describe, expect, test } from "vitest";
import { popx } from "../../src/formats/popx.ts";
import { expandTemplate } from "../../src/formats/popx/template.ts";
import { freshDatabase } from "../support/database.ts";
import { asReader, formatSuite, read, writeTheirs } from "./harness.ts";
import { readFiles, refusal } from "./refusal.ts";

const spec = {
  format: "popx",
  dir: "popx/migrations",
  half: 4,
  placeholders: { tenantTable: "tenants", region: "Österreich" },
  ids: [
    "20200101000001000000_networks",
    "20200101000002000000_seed",
    "20200101000004000000_tenants",
    "20200101000005000000_indexes",
    "20200101000006_short",
    "20200101000007000000_mood",
    "20200101000008000000_touch",
    "20200101000009000000_comment",
    "20200101000010000000_import",
    "20200101000011000000_own_blocks",
  ],
  results: {
    "select n.name, mood::text, region from networks n join tenants using (id)": [
      { name: 'Zürich; the "first"!', mood: "busy", region: "Österreich" },
    ],
    "select name, colour from labels order by name": [
      { name: "-- Zürich", colour: null },
      { name: "urgent", colour: 'red; or "orange"' },
    ],
    "select id from rooms": [{ id: 7 }],
  },
};
formatSuite(spec);

test("of one version the file for PostgreSQL wins, and a name without a database is golang-migrate's", async () => {
  const files = { "1_a.up.sql": "select 1;", "1_a.down.sql": "select 2;" };
  expect((await readFiles(files)).format).toBe("golang-migrate");
  expect((await readFiles(files, "popx")).migrations).toHaveLength(1);
  const set = await readFiles({ ...files, "1_a.postgresql.autocommit.up.sql": "select 3;" });
  expect(set.format).toBe("popx");
  const [{ up, down }] = set.migrations as [(typeof set.migrations)[0] & object];
  expect([up.bytes.toString(), up.reading?.transaction]).toEqual(["select 3;", "statement"]);
  expect([down?.bytes.toString(), down?.reading?.transaction]).toEqual(["select 2;", undefined]);
});

test("a shorter version of an older release counts for the longer ones", async () => {
  await using db = await freshDatabase();
  const { migrations } = await read(spec, `${import.meta.dirname}/${spec.dir}`);
  await writeTheirs(db, popx, []);
  await db.admin.query(
    "insert into schema_migration (version) values ('20200101000001'), ('20200101000006')",
  );
  const history = popx.history!;
  const [table] = await history.find(asReader(db));
  const rows = await history.read(asReader(db), table!);
  expect(history.expand!(rows, migrations).map(({ key }) => key)).toEqual([
    "20200101000001000000",
    "20200101000006",
  ]);
});

describe("what popx would not run, or only popx can, is named before anything runs", () => {
  const a = { "1_a.postgres.up.sql": "select 1;" };
  test.each([
    [{ ...a, "1_b.pg.up.sql": "select 1;" }, "file.duplicate", "both have version `1`"],
    [{ ...a, "2_b.up.sql": "", "2_c.up.sql": "" }, "file.duplicate", "both have version `2`"],
    [{ ...a, "2_b.up.fizz": "create_table('b')" }, "file.format", "written in fizz"],
    [{ ...a, "2_b.up.sql": "-- caf\u00e9" }, "file.encoding", "is not UTF-8"],
    [{ ...a, "2_b.up.sql": "{{ .Parameters.x }}" }, "file.placeholder", "`x` has no value"],
    [{ ...a, "2_b.up.sql": "{{ range .Rows }}{{ end }}" }, "file.format", "not understood"],
    [{ ...a, "2_b.up.sql": "{{ if .IsOracle }}{{ end }}" }, "file.format", "not understood"],
    [{ ...a, "2_b.up.sql": "{{ if .IsMySQL }}" }, "file.format", "no `{{ end }}`"],
    [{ ...a, "2_b.up.sql": "{{ end }}" }, "file.format", "no `{{ if }}`"],
    [{ ...a, "2_b.up.sql": "select '{{'" }, "file.format", "is not closed"],
  ])("%#: %j", async (files, kind, what) => {
    const failure = await refusal(files);
    expect([failure.class, failure.what]).toEqual([kind, expect.stringContaining(what)]);
  });
});

describe("templates", () => {
  const expand = (text: string): string => {
    const bytes = Buffer.from(text);
    const edits = expandTemplate(bytes, { name: "value", "two-words": "ß" });
    if ("what" in edits) return edits.what;
    let result = "";
    let at = 0;
    for (const edit of edits) {
      result += bytes.toString("utf8", at, edit.start) + edit.text;
      at = edit.end;
    }
    return result + bytes.toString("utf8", at);
  };
  test.each([
    ["a {{ .Parameters.name }} b", "a value b"],
    ['a {{- index .Parameters "two-words" -}} b', "aßb"],
    ["{{ if .IsMySQL }}x{{ else if .IsPostgreSQL }}ü{{ else }}z{{ end }}", "ü"],
    ["{{ if not .IsPostgreSQL }}x{{ else }}y{{ end }}", "y"],
    ["{{ if .IsMySQL }}{{ if .IsPostgreSQL }}x{{ else }}y{{ end }}z{{ end }}!", "!"],
    ["{{ if .IsPostgreSQL }}{{ if .IsMySQL }}x{{ end }}z{{ end }}!", "z!"],
    ["{{/* a }} b */}}c", "c"],
    ["{{ if .IsMySQL }}{{ .Parameters.unset }}{{ end }}x", "x"],
    ["{{ if and .IsPostgreSQL .IsMySQL }}x{{ end }}", ""],
    ['{{ identifier (index .Parameters "two-words") }}', expect.stringContaining("no identifier")],
    ["a\n{{- if .IsPostgreSQL }}\nb\n{{- end }}\nc", "a\nb\nc"],
  ])("%j", (text, expected) => {
    expect(expand(text)).toEqual(expected);
  });
});
