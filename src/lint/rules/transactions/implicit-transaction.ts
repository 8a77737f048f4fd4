import type { NonTransactionalKind } from "../../../sql/statement.ts";
import { defineRule } from "../../rule.ts";

/** Of these speaks concurrently-in-transaction. */
const CONCURRENT: ReadonlySet<NonTransactionalKind | undefined> = new Set([
  "create-index-concurrently",
  "drop-index-concurrently",
  "reindex-concurrently",
  "detach-concurrently",
]);

export const implicitTransaction = defineRule({
  id: "implicit-transaction",
  kind: "re-run",
  severity: "warning",
  handledByRunner: "Each statement of a file without a transaction is sent by itself.",
  summary: "Several statements sent at once are one transaction, and one of them cannot run in any",
  why: "A client that sends a file as one text makes the server run it in an implicit transaction, whatever the runner says about transactions. VACUUM, ALTER SYSTEM, CREATE DATABASE and the like are then refused (25001).",
  instead: "One such statement for each file.",
  bad: [
    {
      history: "create table orders (a int);\ncreate table lines (a int);",
      sql: "vacuum orders;\nvacuum lines;",
    },
    { sql: "set lock_timeout = 0;\nalter system set work_mem = '8MB';" },
  ],
  good: [
    { history: "create table orders (a int);", sql: "vacuum orders;" },
    { sql: "create table orders (a int);\ncreate index orders_a on orders (a);" },
  ],
  otherIds: { atlas: ["TX101"] },
  *check({ statement, file, transaction }) {
    const kind = statement.nonTransactional;
    if (kind === undefined || CONCURRENT.has(kind) || transaction !== undefined) return;
    const { statements } = file.parsed;
    if (statements.length < 2) return;
    if (file.before.some((one) => one.statement.nonTransactional !== undefined)) return;
    yield {
      message:
        "If the runner sends the file as one text, the server makes a transaction of it, and refuses this. Put it into a file of its own.",
    };
  },
});
