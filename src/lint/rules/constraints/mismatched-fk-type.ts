import type { ColumnDef } from "@pgsql/types";
import type { Catalog, ColumnType } from "../../../catalog/catalog.ts";
import { columnOf, findType, typeText } from "../../../catalog/find.ts";
import { columnType, serialType } from "../../../catalog/replay/column-type.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { type AddedConstraint, addedConstraints, referencedBy } from "../support/constraints.ts";

/** Of one kind to whoever compares them. */
const SAME: Readonly<Record<string, string>> = { varchar: "text", bpchar: "text" };

export const mismatchedFkType = defineRule({
  id: "mismatched-fk-type",
  kind: "bug",
  severity: "warning",
  phase: "expand",
  summary: "A foreign key has another type than the column that it refers to",
  why: "PostgreSQL accepts `integer` that refers to `bigint`, and it works until the first value that does not fit: then no row that refers to it can be written. Types that cannot be compared are refused at once.",
  instead: "Give both columns the same type.",
  bad: [
    {
      history: "create table users (id bigint primary key);",
      sql: "create table posts (id bigint primary key, user_id integer references users);",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id integer);",
      sql: "alter table posts add constraint posts_user_fk foreign key (user_id) references users not valid;",
    },
  ],
  good: [
    {
      history: "create table users (id bigserial primary key);",
      sql: "create table posts (id bigint primary key, user_id bigint references users);",
    },
    {
      history: "create table countries (code varchar(2) primary key);",
      sql: "create table cities (id bigint primary key, country text references countries);",
      note: "text is as good as varchar",
    },
    {
      history: "create domain user_id as bigint;\ncreate table users (id user_id primary key);",
      sql: "create table posts (id bigint primary key, user_id bigint references users);",
      note: "a domain is compared as its base type",
    },
  ],
  otherIds: { pgrubic: ["US030"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { catalog } = context;
    for (const added of addedConstraints(context, "CONSTR_FOREIGN")) {
      const other = referencedBy(added, context);
      for (const [at, column] of added.columns.entries()) {
        const from = typeOfColumn(added, column, context);
        const to = columnOf(other.table, other.columns[at])?.type;
        if (from === undefined || to === undefined || isSame(from, to, catalog)) continue;
        yield {
          message: `\`${added.relation}.${column}\` is \`${typeText(from)}\`, and \`${other.relation}.${other.columns[at]}\`, which it refers to, is \`${typeText(to)}\`. Give both the same type.`,
          at: added.constraint.location,
          relation: added.relation,
        };
      }
    }
  },
});

function typeOfColumn(
  { table, column }: AddedConstraint,
  name: string,
  { node, catalog }: StatementContext,
): ColumnType | undefined {
  if (column !== undefined) return typeOf(column, catalog);
  if (!("CreateStmt" in node)) return columnOf(table, name)?.type;
  for (const element of node.CreateStmt.tableElts ?? []) {
    if ("ColumnDef" in element && element.ColumnDef.colname === name) {
      return typeOf(element.ColumnDef, catalog);
    }
  }
  return undefined;
}

function typeOf({ typeName }: ColumnDef, catalog: Catalog): ColumnType {
  return (typeName && serialType(typeName)) ?? columnType(catalog, typeName);
}

function isSame(left: ColumnType, right: ColumnType, catalog: Catalog): boolean {
  const [one, two] = [baseOf(left, catalog), baseOf(right, catalog)];
  return (
    (SAME[one.name] ?? one.name) === (SAME[two.name] ?? two.name) &&
    one.schema === two.schema &&
    one.array === two.array
  );
}

function baseOf(type: ColumnType, catalog: Catalog): ColumnType {
  const found = type.schema === undefined ? undefined : findType(catalog, type);
  return found?.kind === "domain" ? baseOf(found.base, catalog) : type;
}
