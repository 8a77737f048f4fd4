import { isNew } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints, referencedBy } from "../support/constraints.ts";

export const createTableFkLocksReferenced = defineRule({
  id: "create-table-fk-locks-referenced",
  kind: "lock",
  severity: "warning",
  phase: "expand",
  handledByRunner:
    "It waits for that lock only as long as nobody waits behind it for longer than the cap, gives way, and tries again.",
  summary: "A new table refers to one in use, whose writes wait until the commit",
  why: "The new table is nobody's, but REFERENCES gives the other table a trigger, and takes SHARE ROW EXCLUSIVE on it until the transaction ends. It waits for every transaction that has written there, and whoever writes later waits behind it.",
  instead:
    "Create the table without the foreign key, and add it `NOT VALID` in a short transaction of its own, with a `lock_timeout` and another try.",
  bad: [
    {
      history: "create table users (id bigint primary key);",
      sql: "create table sessions (id bigint primary key, user_id bigint references users);",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key);\ncreate table sessions (id bigint primary key, user_id bigint references users);",
      note: "both are new",
    },
    {
      history: "create table users (id bigint primary key);",
      sql: "create table folders (id bigint primary key, parent_id bigint references folders);",
      note: "it refers to itself",
    },
  ],
  on: ["CreateStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("CreateStmt" in node)) return;
    for (const added of addedConstraints(context, "CONSTR_FOREIGN")) {
      const { relation, table } = referencedBy(added, context);
      if (relation === added.relation || (table !== undefined && isNew(catalog, table))) continue;
      yield {
        message: `\`${relation}\` is locked under SHARE ROW EXCLUSIVE until the commit: writes to it wait. Create \`${added.relation}\` first, and add the foreign key in a short transaction.`,
        at: added.constraint.location,
        relation,
      };
    }
  },
});
