import { defineRule } from "../../rule.ts";
import { blockingLocks, blocksSomebody, lockedTables } from "../support/blocking.ts";
import { isSetLaterInFile } from "../support/timeouts.ts";

export const missingLockTimeout = defineRule({
  id: "missing-lock-timeout",
  kind: "lock",
  severity: "warning",
  handledByRunner:
    "Each statement waits for its locks within a limit, steps back when others queue behind it, and tries again.",
  summary: "A lock is waited for without a limit, and everybody queues behind it",
  why: "While ALTER TABLE waits for one slow query, every later query of the table waits behind ALTER TABLE. Without lock_timeout that lasts as long as the slow query does.",
  instead:
    "`SET LOCAL lock_timeout = '2s'` before the first such statement, and try the migration again when it fails.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set local lock_timeout = '2s';\nalter table orders add column note text;",
    },
    {
      sql: "create table orders (id bigint primary key);\nalter table orders add column note text;",
      note: "nobody has the new table open",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "create index concurrently orders_id on orders (id);",
      note: "CONCURRENTLY has nobody queue, and a timeout would leave an invalid index",
    },
  ],
  otherIds: {
    squawk: ["require-lock-timeout", "require-timeout-settings"],
    eugene: ["E9"],
    pgfence: ["missing-lock-timeout"],
    migrationPilot: ["MP004"],
    postgresLanguageServer: ["lockTimeoutWarning"],
  },
  *check(context) {
    const { settings, file, catalog } = context;
    const locks = blockingLocks(context);
    // Whoever waits waits for the table, also where an index is named.
    const lock = [...lockedTables(locks, catalog).values()][0] ?? locks[0];
    if (lock === undefined || settings.has("lock_timeout")) return;
    // Once for a file; of one that sets it behind the lock speaks lock-timeout-too-late.
    if (file.before.some(blocksSomebody) || isSetLaterInFile(context, "lock_timeout")) return;
    yield {
      message: `This waits for ${lock.mode} on \`${lock.relation}\` as long as it takes, and everybody else queues behind it. Write SET LOCAL lock_timeout = '2s' before it.`,
      relation: lock.relation,
    };
  },
});
