import { keyword } from "../../../sql/lexer.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints, called } from "../support/constraints.ts";
import { tokensOf } from "../support/edits.ts";

export const fkOnDeleteExplicit = defineRule({
  id: "fk-on-delete-explicit",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A foreign key does not say what happens when its row goes",
  why: "Without ON DELETE the DELETE of a row that is referred to fails. That may be meant; the reader cannot tell whether anybody has thought of it.",
  instead: "Write the action: `ON DELETE RESTRICT`, `NO ACTION`, `SET NULL` or `CASCADE`.",
  bad: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users);",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users on delete restrict);",
    },
    {
      sql: "create table users (id bigint primary key);\ncreate table posts (id bigint primary key, user_id bigint references users on delete no action);",
      note: "what would happen anyway, but written",
    },
  ],
  otherIds: { migrationPilot: ["MP086"] },
  *check(context) {
    for (const { constraint, relation } of addedConstraints(context, "CONSTR_FOREIGN")) {
      if ((constraint.fk_del_action ?? "a") !== "a" || isWritten(context, constraint.location)) {
        continue;
      }
      yield {
        message: `${called(constraint, "The foreign key")} of \`${relation}\` does not say what a DELETE of the row that it refers to does. Write ON DELETE.`,
        at: constraint.location,
        relation,
      };
    }
  },
});

/** The tree has NO ACTION in both cases: the words are looked for, up to the end of the clause. */
function isWritten(context: StatementContext, location: number | undefined): boolean {
  const { bytes, nodeOffset } = context.file.parsed;
  const start = nodeOffset(location ?? 0);
  let depth = 0;
  let before = "";
  for (const token of tokensOf(context)) {
    if (token.start < start) continue;
    const text = bytes.toString("utf8", token.start, token.end);
    if (text === "(") depth++;
    else if (text === ")") depth--;
    if (depth < 0 || (depth === 0 && text === ",")) return false;
    const word = keyword(bytes, token) ?? "";
    if (before === "on" && word === "delete") return true;
    before = word;
  }
  return false;
}
