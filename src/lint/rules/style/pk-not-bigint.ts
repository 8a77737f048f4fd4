import type { ColumnType } from "../../../catalog/catalog.ts";
import { columnOf } from "../../../catalog/find.ts";
import { columnType, serialType } from "../../../catalog/replay/column-type.ts";
import { stringList } from "../../../sql/tree.ts";
import { subCommands } from "../support/alter-table.ts";
import { constraintsIn, declaredColumns, tableConstraints } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const pkNotBigint = defineRule({
  id: "pk-not-bigint",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A primary key is an integer that can run out",
  why: "An `integer` key ends at 2 147 483 647, and inserts fail from then on. Sequences do not go back after a rollback, so that it comes earlier than the rows say; and then the table has to be rewritten, with everything that refers to it.",
  instead: "`bigint` or `uuid`.",
  bad: [
    { sql: "create table orders (id integer primary key);" },
    { sql: "create table orders (id serial, primary key (id));" },
    {
      history: "create table orders (id int not null);",
      sql: "alter table orders add primary key (id);",
    },
  ],
  good: [
    { sql: "create table orders (id bigint primary key);" },
    {
      sql: "create table lines (order_id bigint, line int, primary key (order_id, line));",
      note: "a number within something else",
    },
    {
      history: "create table countries (id int primary key);",
      sql: "create table flags (country_id int primary key references countries);",
      note: "as wide as what it refers to",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM107"], migrationPilot: ["MP068"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { node, catalog } = context;
    const columns = declaredColumns(context);
    const outer = "CreateStmt" in node ? tableConstraints(node.CreateStmt) : [];
    const refers = (name: string, own: readonly { contype?: string }[]): boolean =>
      own.some(({ contype }) => contype === "CONSTR_FOREIGN") ||
      outer.some(
        (one) => one.contype === "CONSTR_FOREIGN" && stringList(one.fk_attrs).includes(name),
      );
    for (const { column, name, relation } of columns) {
      const own = constraintsIn(column);
      const isKey =
        own.some(({ contype }) => contype === "CONSTR_PRIMARY") ||
        outer.some(
          (one) => one.contype === "CONSTR_PRIMARY" && stringList(one.keys).join() === name,
        );
      if (!isKey || refers(name, own)) continue;
      const type = serialType(column.typeName ?? {}) ?? columnType(catalog, column.typeName);
      if (isShort(type)) yield { message: say(relation, name), at: column.location, relation };
    }
    for (const { cmd, table, relation } of subCommands(context, "AT_AddConstraint")) {
      if (
        cmd.def === undefined ||
        !("Constraint" in cmd.def) ||
        cmd.def.Constraint.contype !== "CONSTR_PRIMARY"
      )
        continue;
      const [name, ...more] = stringList(cmd.def.Constraint.keys);
      const type = columnOf(table, name)?.type;
      if (name !== undefined && type !== undefined && more.length === 0 && isShort(type))
        yield { message: say(relation, name), at: cmd.def.Constraint.location, relation };
    }
  },
});

function isShort({ schema, name }: ColumnType): boolean {
  return schema === undefined && (name === "int4" || name === "int2");
}

function say(relation: string, name: string): string {
  return `The key \`${relation}.${name}\` runs out of numbers, and inserts fail from then on. Make it a bigint or a uuid.`;
}
