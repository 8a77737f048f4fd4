/** What lint said, against what a server did: each mark on a history that brings it about. */
import { expect, test } from "vitest";
import { traceFiles } from "./trace-project.ts";

const TABLES = `
create table users (id bigint primary key, email varchar(50), age int);
create function fill() returns text language sql volatile as 'select ''x''';
`;

test("an index without CONCURRENTLY: confirmed, and seen as an index build", async () => {
  const result = await traceFiles({
    files: {
      "migrations/1_tables.sql": TABLES,
      "migrations/2_index.sql": "create index users_age on users (age);",
    },
    pending: ["migrations/2_index.sql"],
  });
  const [file] = result.files;
  expect(file!.findings).toContainEqual(
    expect.objectContaining({ longWork: "index-build", statement: 1, verdict: "confirmed" }),
  );
  expect(file!.onlyByTrace).toEqual([]);
});

test("what a block puts together only the server knows: only by trace", async () => {
  const result = await traceFiles({
    files: {
      "migrations/1_tables.sql": TABLES,
      "migrations/2_block.sql":
        "do $$ begin execute 'alter table users alter column age ' || 'type bigint'; end $$;",
    },
    pending: ["migrations/2_block.sql"],
  });
  const [file] = result.files;
  expect(file!.findings.filter(({ longWork }) => longWork !== null)).toEqual([]);
  expect(file!.onlyByTrace).toEqual([
    {
      statement: 1,
      line: 1,
      kind: "rewrite",
      relation: "users",
      mode: "ACCESS EXCLUSIVE",
    },
  ]);
});

test("findings can be switched off, and then there is nothing to mark", async () => {
  const result = await traceFiles({
    files: {
      "migrations/1_tables.sql": TABLES,
      "migrations/2_index.sql": "create index users_age on users (age);",
    },
    pending: ["migrations/2_index.sql"],
    options: { lint: { config: { rules: { "index-not-concurrent": "off" } } } },
  });
  expect(result.files[0]!.findings).toEqual([]);
  expect(result.files[0]!.onlyByTrace).toMatchObject([{ kind: "index-build" }]);
});

test("a finding that the server proves wrong is refuted", async () => {
  // What a block has done lint can only guess at: the table is gone and made anew, in this very step.
  const result = await traceFiles({
    files: {
      "migrations/1_tables.sql": TABLES,
      "migrations/2_anew.sql": [
        "do $$ begin execute 'drop table ' || 'users'; execute 'create table users (id int, age int)'; end $$;",
        "create index users_age on users (age);",
      ].join("\n"),
    },
    pending: ["migrations/2_anew.sql"],
  });
  const about = result.files[0]!.findings.filter(({ statement }) => statement === 2);
  expect(about).toContainEqual(
    expect.objectContaining({ longWork: "index-build", verdict: "refuted" }),
  );
});
