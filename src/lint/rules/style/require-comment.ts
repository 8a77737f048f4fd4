import { stringList } from "../../../sql/tree.ts";
import { createdTable } from "../support/created.ts";
import { defineRule } from "../../rule.ts";

export const requireComment = defineRule({
  id: "require-comment",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A table has no comment",
  why: "A COMMENT is shown by every tool that shows the table, and is there where the code is not.",
  instead: "`comment on table … is '…'` in the same file.",
  bad: [{ sql: "create table users (id bigint primary key);" }],
  good: [
    {
      sql: "create table users (id bigint primary key);\ncomment on table users is 'People who can log in';",
    },
  ],
  otherIds: { pgrubic: ["GN013"] },
  *check(context) {
    const table = createdTable(context);
    if (table === undefined) return;
    const commented = context.file.parsed.statements.some(
      ({ node }) =>
        "CommentStmt" in node &&
        node.CommentStmt.objtype === "OBJECT_TABLE" &&
        node.CommentStmt.object !== undefined &&
        "List" in node.CommentStmt.object &&
        stringList(node.CommentStmt.object.List.items).at(-1) === table.name,
    );
    if (!commented)
      yield {
        message: `\`${table.name}\` has no comment. Say in COMMENT ON TABLE what a row of it is.`,
        at: table.location,
      };
  },
});
