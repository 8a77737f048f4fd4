import { emptyCatalog, type Table } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/columns-in.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { stringList, walk } from "../../../sql/tree.ts";
import { declaredColumns } from "../support/columns.ts";

const LENGTHS: ReadonlySet<string> = new Set(["length", "char_length", "octet_length"]);

export const addTextLimit = defineRule({
  id: "add-text-limit",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A text column has no limit",
  why: "Whoever may write the column may fill it with a gigabyte. A CHECK on its length can be changed later without a rewrite, unlike the length of a varchar that is made shorter.",
  instead: "`CHECK (char_length(column) <= …)` beside it, NOT VALID where the table is in use.",
  bad: [
    { sql: "create table users (id bigint primary key, email text);" },
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text;",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key, email text check (char_length(email) <= 320));",
    },
    { sql: "create table users (id bigint primary key, email varchar(320));" },
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text;\nalter table users add constraint email_limit check (length(email) <= 320) not valid;",
    },
  ],
  *checkFile({ before, catalog }) {
    for (const context of before) {
      const table = findTable(catalog, nameOf(relationOf(context)));
      if (table === undefined) continue;
      const { node } = context;
      for (const { column, name, relation } of declaredColumns({
        ...context,
        node,
        catalog: emptyCatalog(),
      })) {
        if (stringList(column.typeName?.names).at(-1) !== "text" || column.typeName?.arrayBounds) {
          continue;
        }
        if (!table.columns.some((one) => one.name === name) || isLimited(table, name)) continue;
        yield {
          message: `\`${relation}.${name}\` takes texts of any length. Add a CHECK (char_length(${name}) <= …).`,
          at: column.location,
          relation,
          of: context,
        };
      }
    }
  },
});

function relationOf({ node }: StatementContext): Parameters<typeof nameOf>[0] {
  if ("CreateStmt" in node) return node.CreateStmt.relation;
  return "AlterTableStmt" in node ? node.AlterTableStmt.relation : undefined;
}

function isLimited({ constraints }: Table, column: string): boolean {
  return constraints.some(({ kind, expression }) => {
    if (kind !== "check") return false;
    let limited = false;
    walk(expression, (type, fields) => {
      if (type !== "FuncCall" || !LENGTHS.has(stringList(fields["funcname"]).at(-1) ?? "")) return;
      limited ||= columnsIn([fields["args"]]).includes(column);
    });
    return limited;
  });
}
