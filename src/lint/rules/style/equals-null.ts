import type { A_Expr, Node } from "@pgsql/types";
import { stringList, walk } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

export const equalsNull = defineRule({
  id: "equals-null",
  kind: "bug",
  severity: "warning",
  summary: "A comparison with NULL is never true",
  why: "`a = NULL` and `a <> NULL` are null whatever is in `a`: a WHERE finds nothing, and a CHECK lets everything pass. So is `NOT IN (…, NULL)`, unless it is false.",
  instead: "`IS NULL`, `IS NOT NULL`, or `IS [NOT] DISTINCT FROM`.",
  bad: [
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "delete from users where name = null;",
    },
    { sql: "create table users (id bigint primary key, name text check (name <> null));" },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "select id from users where name not in ('a', null);",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "update users set name = null where name is null;",
      note: "an assignment",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "select id from users where name is distinct from null;",
    },
  ],
  otherIds: { pgrubic: ["GN024"] },
  *check({ node }) {
    const found: A_Expr[] = [];
    walk(node, (type, fields) => {
      if (type === "A_Expr" && isNeverTrue(fields)) found.push(fields);
    });
    for (const { location, kind } of found) {
      yield {
        message:
          kind === "AEXPR_IN"
            ? "NOT IN with a NULL in its list is never true. Leave the NULL out."
            : "A comparison with NULL is never true. Write IS NULL, IS NOT NULL or IS DISTINCT FROM.",
        at: location,
      };
    }
  },
});

function isNeverTrue({ kind, name, lexpr, rexpr }: A_Expr): boolean {
  const operator = stringList(name).at(-1) ?? "";
  if (kind === "AEXPR_IN") {
    const list = rexpr !== undefined && "List" in rexpr ? (rexpr.List.items ?? []) : [];
    return operator === "<>" && list.some(isNull);
  }
  if (kind !== "AEXPR_OP" || !["=", "<>", "<", "<=", ">", ">="].includes(operator)) return false;
  return isNull(lexpr) || isNull(rexpr);
}

function isNull(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ("TypeCast" in node) return isNull(node.TypeCast.arg);
  return "A_Const" in node && node.A_Const.isnull === true;
}
