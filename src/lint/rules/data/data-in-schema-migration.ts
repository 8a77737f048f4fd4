import { blocksWrites } from "../../../locks/lock-mode.ts";
import { defineRule } from "../../rule.ts";
import { changedTable, insertsFromTable, rowChange } from "../support/rows.ts";
import { findsByKey } from "../../effects/data.ts";
import { tableOf } from "../support/existing.ts";

export const dataInSchemaMigration = defineRule({
  id: "data-in-schema-migration",
  kind: "lock",
  severity: "warning",
  phase: "migrate",
  summary: "A lock is taken after many rows were changed in the same transaction",
  why: "The changed rows stay locked while ALTER TABLE waits for its own lock, and the longer the transaction, the more there is to wait for. The application may hold what it wants, and want what it holds: a deadlock.",
  instead: "Change the rows in one file, in batches, and the schema in another.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where state is null;\nalter table orders alter column state set default 'new';",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "alter table orders alter column state set default 'new';",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where id = 7;\nalter table orders alter column state set default 'new';",
      note: "one row",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "create table states (name text);\ninsert into states values ('new');\nalter table states add primary key (name);",
    },
  ],
  otherIds: { migrationPilot: ["MP080"], pgMigrationLint: ["PGM301"] },
  *check({ node, effects, transaction, catalog }) {
    if (transaction === undefined || rowChange(node) !== undefined) return;
    const lock = effects.locks.find(({ mode, isNew }) => !isNew && blocksWrites(mode));
    if (lock === undefined) return;
    // Only the first lock after the rows: the next ones add nothing to the advice.
    if ([...transaction.held.values()].some(({ mode }) => blocksWrites(mode))) return;
    const changed = transaction.statements.find(({ node: before }) => {
      const table = changedTable(before, catalog);
      const change = rowChange(before);
      if (table === undefined || change === undefined) return false;
      if (change.verb === "INSERT") return insertsFromTable(before);
      const known = tableOf(table);
      return known === undefined || !findsByKey(known, change.where);
    });
    if (changed === undefined) return;
    yield {
      message: `The rows that line ${changed.statement.line} changed stay locked while this waits for ${lock.mode} on \`${lock.relation}\`. Change rows and schema in files of their own.`,
      relation: lock.relation,
    };
  },
});
