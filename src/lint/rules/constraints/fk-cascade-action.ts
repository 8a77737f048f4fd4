import { defineRule } from "../../rule.ts";
import { addedConstraints, called, referencedBy } from "../support/constraints.ts";

export const fkCascadeAction = defineRule({
  id: "fk-cascade-action",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A foreign key deletes or changes rows by itself",
  why: "With CASCADE one DELETE takes any number of rows of other tables with it, in one transaction, without the code that deletes saying so.",
  instead: "`ON DELETE RESTRICT`, and delete what belongs to the row where it can be seen.",
  bad: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users on delete cascade);",
    },
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users on update cascade);",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users on delete restrict);",
    },
  ],
  otherIds: { pgrubic: ["CT001", "CT002"] },
  *check(context) {
    for (const added of addedConstraints(context, "CONSTR_FOREIGN")) {
      const { constraint, relation } = added;
      const words = [
        ...(constraint.fk_del_action === "c" ? ["DELETE"] : []),
        ...(constraint.fk_upd_action === "c" ? ["UPDATE"] : []),
      ];
      if (words.length === 0) continue;
      yield {
        message: `${called(constraint, "The foreign key")} carries each ${words.join(" and ")} in \`${referencedBy(added, context).relation}\` on to \`${relation}\`, however many rows that are. Use RESTRICT.`,
        at: constraint.location,
        relation,
      };
    }
  },
});
