import { defineRule } from "../../rule.ts";
import { addedConstraints, called } from "../support/constraints.ts";

export const fkDeferrable = defineRule({
  id: "fk-deferrable",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A foreign key is DEFERRABLE",
  why: "A deferred check comes at the commit: the error names a statement that succeeded long before, and until then every changed row waits in a queue in memory.",
  instead: "Leave DEFERRABLE out, and write rows in the order in which they refer to each other.",
  bad: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users deferrable initially deferred);",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint);",
      sql: "alter table posts add constraint user_fk foreign key (user_id) references users deferrable not valid;",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users);",
    },
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users, key int unique deferrable);",
      note: "not the foreign key",
    },
  ],
  otherIds: { migrationPilot: ["MP074"] },
  *check(context) {
    for (const { constraint, deferrable, relation } of addedConstraints(
      context,
      "CONSTR_FOREIGN",
    )) {
      if (!deferrable) continue;
      yield {
        message: `${called(constraint, "The foreign key")} of \`${relation}\` may be checked at the commit only, where the error names no statement. Leave DEFERRABLE out.`,
        at: constraint.location,
        relation,
      };
    }
  },
});
