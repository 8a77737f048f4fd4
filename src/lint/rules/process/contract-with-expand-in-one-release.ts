import type { Catalog } from "../../../catalog/catalog.ts";
import { findTable, type Name, nameOf } from "../../../catalog/find.ts";
import { relationsIn } from "../../../locks/relation-name.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";
import { droppedNames } from "../support/drops.ts";

export const contractWithExpandInOneRelease = defineRule({
  id: "contract-with-expand-in-one-release",
  kind: "process",
  severity: "warning",
  phase: "contract",
  summary: "The new and the end of the old come in one release",
  why: "While a release is rolled out, the version before still runs. A column (or table) that replaces another can be added in the release that first uses it; the old one can go only in the next, when nobody uses it any more.",
  instead: "Add and fill in this release, drop in the next one.",
  bad: [
    {
      history: "create table users (id bigint primary key, mail text);",
      release: ["alter table users add column email text;", "update users set email = mail;"],
      sql: "alter table users drop column mail;",
    },
    {
      history: "create table users (id bigint primary key);",
      release: [
        "create table accounts (id bigint primary key);",
        "insert into accounts select id from users;",
      ],
      sql: "drop table users;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, mail text);\nalter table users add column email text;",
      sql: "alter table users drop column mail;",
      note: "the new column came with a release before",
    },
    {
      history: "create table users (id bigint primary key, mail text);",
      release: ["alter table users add column email text;"],
      sql: "alter table users drop column email;",
      note: "taken back before anybody has seen it",
    },
    {
      release: [
        "create table users (id bigint, mail text);",
        "alter table users add column email text;",
      ],
      sql: "alter table users drop column mail;",
      note: "the table itself is new",
    },
  ],
  on: ["AlterTableStmt", "CreateTableAsStmt", "DropStmt", "InsertStmt"],
  *check(context) {
    const { node, catalog } = context;
    if ("AlterTableStmt" in node) {
      const table = nameOf(node.AlterTableStmt.relation);
      const drops = alterCommands(node, "AT_DropColumn");
      if (drops.length === 0 || table === undefined || !isOlder(table, context)) return;
      const added = releasedBefore(context).flatMap((one) => addedTo(table, one, catalog));
      for (const { name } of drops) {
        const other = added.find((one) => one.column !== name);
        if (other === undefined || added.some((one) => one.column === name)) continue;
        yield {
          message: `\`${table.name}.${other.column}\` (${other.file}) and the end of \`${name}\` come in one release: the version that still runs needs \`${name}\`. Drop it in the next one.`,
          relation: table.name,
        };
      }
      return;
    }
    for (const table of droppedNames(node, "OBJECT_TABLE")) {
      if (!isOlder(table, context)) continue;
      const copy = releasedBefore(context).find(({ node: before }) => copiesFrom(before, table));
      if (copy === undefined) continue;
      yield {
        message: `The rows of \`${table.name}\` are copied (${copy.file.path}) and the table dropped in one release: the version that still runs needs it. Drop it in the next one.`,
        relation: table.name,
      };
    }
  },
});

function releasedBefore({ file }: StatementContext): StatementContext[] {
  return [...file.deployedWith, file].flatMap(({ before }) => before);
}

/** It was there before the release; what no file has made was there for sure. */
function isOlder(name: Name, { catalog, file }: StatementContext): boolean {
  const table = findTable(catalog, name);
  const first = (file.deployedWith[0] ?? file).before[0];
  return table === undefined || first === undefined || table.madeIn < first.step;
}

interface Added {
  readonly column: string;
  readonly file: string;
}

function addedTo(table: Name, { node, file }: StatementContext, catalog: Catalog): Added[] {
  if (!("AlterTableStmt" in node)) return [];
  const name = nameOf(node.AlterTableStmt.relation);
  const same = name?.name === table.name && findTable(catalog, name) === findTable(catalog, table);
  if (!same) return [];
  return alterCommands(node, "AT_AddColumn").flatMap(({ def }) =>
    def !== undefined && "ColumnDef" in def
      ? [{ column: def.ColumnDef.colname ?? "", file: file.path }]
      : [],
  );
}

function copiesFrom(node: StatementContext["node"], { name }: Name): boolean {
  const query =
    "InsertStmt" in node
      ? node.InsertStmt.selectStmt
      : "CreateTableAsStmt" in node
        ? node.CreateTableAsStmt.query
        : undefined;
  return query !== undefined && relationsIn(query).some((one) => one.name === name);
}
