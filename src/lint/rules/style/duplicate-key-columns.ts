import { stringList } from "../../../sql/tree.ts";
import { subCommands } from "../support/alter-table.ts";
import { tableConstraints } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const duplicateKeyColumns = defineRule({
  id: "duplicate-key-columns",
  kind: "bug",
  severity: "error",
  summary: "A key names a column twice",
  why: "PostgreSQL refuses a primary key or a unique constraint in which a column appears twice.",
  instead: "Each column once; often another one was meant.",
  bad: [
    {
      sql: "create table lines (order_id bigint, line int, primary key (order_id, order_id));",
      refused: "42701",
    },
    {
      history: "create table lines (order_id bigint, line int);",
      sql: "alter table lines add unique (line, line);",
      refused: "42701",
    },
  ],
  good: [{ sql: "create table lines (order_id bigint, line int, primary key (order_id, line));" }],
  otherIds: { pgrubic: ["CT005", "CT006"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { node } = context;
    const constraints = [
      ...("CreateStmt" in node ? tableConstraints(node.CreateStmt) : []),
      ...subCommands(context, "AT_AddConstraint").flatMap(({ cmd }) =>
        cmd.def !== undefined && "Constraint" in cmd.def ? [cmd.def.Constraint] : [],
      ),
    ];
    for (const { contype, keys, location } of constraints) {
      if (contype !== "CONSTR_PRIMARY" && contype !== "CONSTR_UNIQUE") continue;
      const names = stringList(keys);
      const twice = names.find((name, at) => names.indexOf(name) !== at);
      if (twice !== undefined)
        yield {
          message: `\`${twice}\` is in the key twice, which PostgreSQL refuses. Was another column meant?`,
          at: location,
        };
    }
  },
});
