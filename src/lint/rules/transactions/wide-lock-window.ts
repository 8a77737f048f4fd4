import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { blockingLocks, lockedTables } from "../support/blocking.ts";
import { listOf } from "../support/existing.ts";

export const wideLockWindow = defineRule({
  id: "wide-lock-window",
  kind: "lock",
  severity: "warning",
  summary: "Several tables are locked by one transaction",
  why: "While the transaction waits for the lock on the second table, nobody can write to the first. And an application that takes the two in the other order ends in a deadlock with it.",
  instead: "One table for each file. What belongs to one table may stay together.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate table users (id bigint primary key);",
      sql: "alter table orders add column note text;\nalter table users add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\nalter table orders add column state text;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\ncreate table users (id bigint primary key);\nalter table users add column note text;",
      note: "the other table is new",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate view open_orders as select * from orders;",
      sql: "drop view open_orders;\nalter table orders add column note text;\ncreate view open_orders as select * from orders;",
      note: "a view and its table",
    },
    {
      history:
        "create table users (id bigint primary key, email text unique, seen timestamp(3));\ncreate table orders (user_id bigint references users);",
      sql: "alter table users alter column seen type timestamp(6);\nalter table users drop constraint users_email_key;",
      note: "the foreign key does not need what changes",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate table users (id bigint primary key);",
      sql: "alter table orders add foreign key (id) references users not valid;",
      note: "one statement that needs both",
    },
  ],
  otherIds: { pgfence: ["wide-lock-window"], migrationPilot: ["MP069"] },
  *check(context) {
    const { transaction, target } = context;
    if (transaction === undefined) return;
    const locks = widening(context, transaction.statements);
    if (locks === undefined) return;
    const handled = target.runner === "lockstep";
    yield {
      message: `${listOf(locks)} are locked together until the commit: while this waits for the one, nobody can write to the other. Use a file for each table.`,
      // The runner takes them in one order everywhere, and gives up before anybody waits for long.
      severity: handled ? "info" : "warning",
      relation: locks.at(-1)!,
    };
  },
});

/** The tables, when it is this statement that makes them several. */
function widening(
  context: StatementContext,
  before: readonly StatementContext[],
): string[] | undefined {
  const { catalog } = context;
  const own = lockedTables(blockingLocks(context), catalog);
  if (own.size === 0) return undefined;
  const held = new Map<string, string>();
  for (const one of before) {
    const tables = lockedTables(blockingLocks(one), catalog);
    if (held.size > 0 && [...tables.keys()].some((key) => !held.has(key))) return undefined;
    for (const [key, { relation }] of tables) held.set(key, relation);
  }
  const added = [...own].filter(([key]) => !held.has(key));
  if (held.size === 0 || added.length === 0) return undefined;
  return [...held.values(), ...added.map(([, { relation }]) => relation)];
}
