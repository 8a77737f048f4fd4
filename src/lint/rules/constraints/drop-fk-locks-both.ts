import { constraintOf, isNew, tableAt } from "../../../catalog/find.ts";
import { written } from "../../../catalog/catalog.ts";
import { defineRule } from "../../rule.ts";
import { subCommands } from "../support/alter-table.ts";

export const dropFkLocksBoth = defineRule({
  id: "drop-fk-locks-both",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  handledByRunner:
    "It takes both locks in one order, waits for them only as long as nobody waits behind it for longer than the cap, and tries again.",
  summary: "A foreign key is dropped, which locks the table that it refers to as well",
  why: "The triggers of a foreign key are on both tables, and DROP CONSTRAINT takes ACCESS EXCLUSIVE on both. It waits for every query of either, and whoever comes later waits behind it.",
  instead: "In a transaction of its own, with a short `lock_timeout` and another try.",
  bad: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint, constraint posts_user_fk foreign key (user_id) references users);",
      sql: "alter table posts drop constraint posts_user_fk;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, age int, constraint users_age_check check (age > 0));",
      sql: "alter table users drop constraint users_age_check;",
      note: "not a foreign key",
    },
    {
      history:
        "create table folders (id bigint primary key, parent_id bigint, constraint folders_fk foreign key (parent_id) references folders);",
      sql: "alter table folders drop constraint folders_fk;",
      note: "there is only one table",
    },
  ],
  otherIds: { pgfence: ["drop-constraint"], atlas: ["CD101"], pgrubic: ["CT004"] },
  on: ["AlterTableStmt"],
  *check(context) {
    const { catalog } = context;
    for (const { cmd, table, relation } of subCommands(context, "AT_DropConstraint")) {
      const other = tableAt(catalog, constraintOf(table, cmd.name)?.references?.table);
      if (other === undefined || other === table || isNew(catalog, other)) continue;
      yield {
        message: `\`${cmd.name}\` has triggers on \`${relation}\` and on \`${written(other)}\`: both are locked against reads and writes. Drop it in a transaction of its own, with a short lock_timeout.`,
        relation: written(other),
      };
    }
  },
});
