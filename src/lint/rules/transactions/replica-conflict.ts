import { blocksReads } from "../../../locks/lock-mode.ts";
import { defineRule } from "../../rule.ts";

export const replicaConflict = defineRule({
  id: "replica-conflict",
  kind: "lock",
  severity: "info",
  summary: "A long ACCESS EXCLUSIVE lock holds up queries on replicas too",
  why: "ACCESS EXCLUSIVE is written to the log and taken on each standby as well. There, queries of the table wait for all of it; a query that holds the table keeps the replica from following, and is cancelled after max_standby_streaming_delay.",
  instead:
    "What does not go through the table under that lock. Where it cannot be helped, at a time when nobody reads from the replicas.",
  bad: [
    {
      history: "create table orders (id int);",
      sql: "alter table orders alter column id type bigint;",
    },
    { history: "create table orders (id int);", sql: "vacuum full orders;" },
  ],
  good: [
    {
      history: "create table orders (id int);",
      sql: "alter table orders add column note text;",
      note: "a moment",
    },
    {
      history: "create table orders (id int);",
      sql: "create index orders_id on orders (id);",
      note: "SHARE is not taken on a standby",
    },
  ],
  *check({ effects }) {
    const long = effects.work.find(
      ({ harmful, mode, kind }) => harmful && blocksReads(mode) && kind === "rewrite",
    );
    if (long === undefined) return;
    yield {
      message: `Standbys take this lock too: queries of \`${long.relation}\` wait or are cancelled there until the rewrite has arrived.`,
      at: long.location,
      relation: long.relation,
    };
  },
});
