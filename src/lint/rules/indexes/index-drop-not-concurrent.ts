import { written } from "../../../catalog/catalog.ts";
import { findIndex, isNew, tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { dropCascades, droppedNames } from "../support/drops.ts";
import { inCaseOf, insertAfterWords, oneEdit } from "../support/edits.ts";
import { textOf } from "../support/existing.ts";

export const indexDropNotConcurrent = defineRule({
  id: "index-drop-not-concurrent",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  handledByRunner:
    "It waits for the lock only as long as nobody waits behind it for longer than the cap, gives way, and tries again.",
  summary: "An index is dropped while its table is locked against reads",
  why: "DROP INDEX takes ACCESS EXCLUSIVE on the table of the index. The work takes a moment, but it waits for every query that runs on the table, and whoever comes later waits behind it.",
  instead:
    "`DROP INDEX CONCURRENTLY`, one index for each statement, outside of a transaction. It does not work for the indexes of constraints and of partitioned tables.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, state text);\ncreate index orders_state_idx on orders (state);",
      sql: "drop index orders_state_idx;",
    },
    {
      sql: "DROP INDEX IF EXISTS billing.a_b;",
      note: "an index that no file of the history makes",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, state text);\ncreate index orders_state_idx on orders (state);",
      sql: "drop index concurrently orders_state_idx;",
    },
    {
      history:
        "create table events (id bigint, at date) partition by range (at);\ncreate index events_at_idx on events (at);",
      sql: "drop index events_at_idx;",
      note: "an index of a partitioned table cannot be dropped concurrently",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "drop index if exists orders_old_idx;",
      note: "there is none of that name",
    },
    {
      sql: "create table orders (id bigint primary key, state text);\ncreate index a on orders (state);\ndrop index a;",
    },
  ],
  otherIds: {
    squawk: ["require-concurrent-index-deletion"],
    strongMigrations: ["remove_index"],
    atlas: ["PG102"],
    pgfence: ["drop-index-not-concurrent"],
    migrationPilot: ["MP009"],
    pgMigrationLint: ["PGM002"],
    djangoMigrationLinter: ["DROP_INDEX"],
    postgresLanguageServer: ["requireConcurrentIndexDeletion"],
    pgrubic: ["US019"],
  },
  on: ["DropStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("DropStmt" in node) || node.DropStmt.concurrent === true) return;
    const names = droppedNames(node, "OBJECT_INDEX");
    const ifExists = node.DropStmt.missing_ok === true;
    for (const name of names) {
      const index = findIndex(catalog, name);
      // IF EXISTS, and the files would have made it.
      if (index === undefined && ifExists && catalog.relations.size > 0) continue;
      const table = tableAt(catalog, index?.table);
      if (index !== undefined && (isNew(catalog, index) || index.constraint !== undefined))
        continue;
      if (table !== undefined && (isNew(catalog, table) || table.kind === "partitioned-table")) {
        continue;
      }
      const relation = table === undefined ? "its table" : `\`${written(table)}\``;
      const alone = names.length === 1 && !dropCascades(node);
      const fix = alone
        ? oneEdit(
            "Drop the index CONCURRENTLY",
            insertAfterWords(context, ["index"], inCaseOf(context, " CONCURRENTLY")),
          )
        : undefined;
      yield {
        message: `\`${textOf(name)}\` goes under ACCESS EXCLUSIVE on ${relation}: reads and writes queue behind it until every running query has ended. Drop it CONCURRENTLY, in a statement of its own.`,
        ...(table !== undefined && { relation: written(table) }),
        ...(fix && { fix }),
      };
    }
  },
});
