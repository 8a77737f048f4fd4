import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAfterWords, oneEdit } from "../support/edits.ts";
import { reportWork } from "../support/work.ts";

const KINDS: Readonly<Record<string, string>> = {
  REINDEX_OBJECT_INDEX: "index",
  REINDEX_OBJECT_TABLE: "table",
  REINDEX_OBJECT_SCHEMA: "schema",
  REINDEX_OBJECT_DATABASE: "database",
};

export const reindexNotConcurrent = defineRule({
  id: "reindex-not-concurrent",
  kind: "lock",
  severity: "error",
  phase: "migrate",
  summary: "An index is built again while writes to its table wait",
  why: "REINDEX takes SHARE on the table and ACCESS EXCLUSIVE on the index until it has ended: writes wait, and so does every read that would plan with the index.",
  instead:
    "`REINDEX … CONCURRENTLY`, which builds a new index beside the old one. Only REINDEX SYSTEM has no such form.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "reindex table orders;",
    },
    {
      sql: "REINDEX (VERBOSE) INDEX orders_pkey;",
      unseen: "create table orders (id bigint primary key);",
      note: "an index that no file of the history makes",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "reindex table concurrently orders;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "reindex (concurrently) index orders_pkey;",
    },
  ],
  otherIds: {
    squawk: ["require-concurrent-reindex"],
    pgfence: ["reindex-non-concurrent"],
    migrationPilot: ["MP021"],
    pgMigrationLint: ["PGM022"],
    djangoMigrationLinter: ["REINDEX"],
    pgrubic: ["US020"],
  },
  *check(context) {
    const { node } = context;
    if (!("ReindexStmt" in node)) return;
    const word = KINDS[node.ReindexStmt.kind ?? ""];
    yield* reportWork(context, "reindex-not-concurrent", () => ({
      advice:
        word === undefined
          ? "Name the tables one by one, and reindex each CONCURRENTLY."
          : "Build it again CONCURRENTLY, in a file of its own.",
      fix:
        word === undefined
          ? undefined
          : oneEdit(
              "Reindex CONCURRENTLY",
              insertAfterWords(context, [word], inCaseOf(context, " CONCURRENTLY")),
            ),
    }));
  },
});
