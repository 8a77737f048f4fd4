import { declaredColumns } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

const FORBIDDEN: ReadonlySet<string> = new Set(["password", "passwd", "pwd", "cvv", "cvc"]);

export const forbiddenColumns = defineRule({
  id: "forbidden-columns",
  kind: "security",
  severity: "warning",
  pack: "style",
  summary: "A column is named after a secret that should not be stored",
  why: "A password that is stored can be read by whoever reads a dump, a replica or a log. The name says that it may be one.",
  instead: "Store a hash, in a column whose name says so: `password_hash`.",
  bad: [{ sql: "create table users (id bigint primary key, password text);" }],
  good: [{ sql: "create table users (id bigint primary key, password_hash text);" }],
  otherIds: { pgrubic: ["GN012"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const { column, name, relation } of declaredColumns(context)) {
      if (!FORBIDDEN.has(name.toLowerCase())) continue;
      yield {
        message: `\`${relation}.${name}\` is named after a secret. Store a hash or a reference, and name the column so.`,
        at: column.location,
      };
    }
  },
});
