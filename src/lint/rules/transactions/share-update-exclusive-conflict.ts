import type { EffectLock, StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";

export const shareUpdateExclusiveConflict = defineRule({
  id: "share-update-exclusive-conflict",
  kind: "lock",
  severity: "info",
  handledByRunner: "Each statement waits for its locks within a limit, and tries again.",
  summary: "A statement waits for VACUUM, ANALYZE and concurrent index builds of its table",
  why: "COMMENT, CREATE STATISTICS, SET (…), VALIDATE CONSTRAINT and CREATE PUBLICATION take SHARE UPDATE EXCLUSIVE. Readers and writers do not notice. But the lock conflicts with itself: the statement waits for a CREATE INDEX CONCURRENTLY or a vacuum against wraparound that is under way, hours perhaps, and the other way round.",
  instead: "Run it when no index is being built, with a lock_timeout.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders set (autovacuum_vacuum_scale_factor = 0.01);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "comment on table orders is 'what was bought';",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set lock_timeout = '2s';\ncomment on table orders is 'what was bought';",
    },
    {
      sql: "create table orders (id bigint primary key);\ncomment on table orders is 'what was bought';",
    },
  ],
  *check(context) {
    const { settings, file } = context;
    const lock = lockOf(context);
    if (lock === undefined || settings.has("lock_timeout")) return;
    // Once for a file.
    if (file.before.some((one) => lockOf(one) !== undefined)) return;
    yield {
      message: `This waits for a vacuum against wraparound or an index build of \`${lock.relation}\` that is under way (SHARE UPDATE EXCLUSIVE). Set a lock_timeout.`,
      relation: lock.relation,
    };
  },
});

function lockOf({ effects, statement, transaction }: StatementContext): EffectLock | undefined {
  if (statement.nonTransactional !== undefined || "VacuumStmt" in statement.node) return undefined;
  // Under a stronger lock of the transaction there is nothing left to wait for.
  return effects.locks.find(
    ({ mode, isNew, key, relation }) =>
      !isNew &&
      mode === "SHARE UPDATE EXCLUSIVE" &&
      transaction?.held.has(key ?? relation) !== true,
  );
}
