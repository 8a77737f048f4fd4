import { isFields, walk } from "../../../sql/tree.ts";
import { constraintsIn, declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

export const stringifiedNull = defineRule({
  id: "stringified-null",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A value is the word NULL in quotes",
  why: "`'null'` is a text of four letters and not null.",
  instead: "NULL without quotes.",
  bad: [
    { sql: "create table users (id bigint primary key, name text default 'NULL');" },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "insert into users (id, name) values (1, 'null');",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, name text, body jsonb);",
      sql: "insert into users (id, name, body) values (1, null, 'null'::jsonb);",
      note: "the null of JSON",
    },
  ],
  otherIds: { pgrubic: ["GN031"] },
  on: ["AlterTableStmt", "CreateStmt", "InsertStmt", "UpdateStmt"],
  *check(context) {
    const { node } = context;
    const roots =
      "InsertStmt" in node || "UpdateStmt" in node
        ? [node]
        : declaredColumns(context).flatMap(({ column }) =>
            constraintsIn(column).flatMap(({ contype, raw_expr }) =>
              contype === "CONSTR_DEFAULT" && raw_expr !== undefined ? [raw_expr] : [],
            ),
          );
    const cast = new Set<unknown>();
    const found: { readonly location?: number }[] = [];
    walk(roots, (type, fields) => {
      if (type === "TypeCast" && isFields(fields["arg"])) cast.add(fields["arg"]["A_Const"]);
      if (type !== "A_Const" || cast.has(fields) || !isFields(fields["sval"])) return;
      const text = fields["sval"]["sval"];
      if (typeof text === "string" && /^null$/i.test(text)) found.push(fields);
    });
    for (const { location } of found)
      yield { message: "'null' in quotes is a text of four letters. Write NULL.", at: location };
  },
});
