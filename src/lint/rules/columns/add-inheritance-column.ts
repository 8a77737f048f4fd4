import { columnType } from "../../../catalog/replay/column-type.ts";
import { declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const addInheritanceColumn = defineRule({
  id: "add-inheritance-column",
  kind: "compatibility",
  severity: "warning",
  pack: "style",
  summary: "A column that frameworks take for the class of a row is added",
  why: "Rails and others store the class of a row in a column named `type`. As soon as it is there, running instances begin to read and write it: rows that the old version inserts have no class, or one that the new version does not know.",
  instead:
    "Tell the framework to ignore the column first (or give it another name), add it with a default, and use it in a later release.",
  bad: [
    {
      history: "create table vehicles (id bigint primary key);",
      sql: "alter table vehicles add column type text;",
    },
  ],
  good: [
    {
      history: "create table vehicles (id bigint primary key);",
      sql: "alter table vehicles add column kind text;",
    },
    {
      sql: "create table vehicles (id bigint primary key);\nalter table vehicles add column type text;",
      note: "nobody has seen the table yet",
    },
  ],
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { column, name, relation, added } of declaredColumns(context)) {
      if (!added || name !== "type") continue;
      const type = columnType(context.catalog, column.typeName).name;
      if (type !== "text" && type !== "varchar") continue;
      yield {
        message: `Frameworks take \`${relation}.type\` for the class of a row as soon as it is there. Let the running application ignore it first, or give it another name.`,
        relation,
        at: column.location,
      };
    }
  },
});
