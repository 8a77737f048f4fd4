import type { FileContext, StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { blockingLocks, lockedTables } from "../support/blocking.ts";

export const lockOrderAcrossFiles = defineRule({
  id: "lock-order-across-files",
  kind: "lock",
  severity: "warning",
  handledByRunner:
    "Several relations are locked in one order everywhere before the statements run.",
  summary: "Two files of a release lock the same tables in opposite order",
  why: "The application takes the two tables in one order or the other. One of the files is against it, and may end in a deadlock with it, in which PostgreSQL cancels one of the two.",
  instead: "One table for each file, or the same order in all of them, that of the application.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate table users (id bigint primary key);",
      release: ["alter table orders add column a int;\nalter table users add column a int;"],
      sql: "alter table users add column b int;\nalter table orders add column b int;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate table users (id bigint primary key);",
      release: ["alter table orders add column a int;\nalter table users add column a int;"],
      sql: "alter table orders add column b int;\nalter table users add column b int;",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate table users (id bigint primary key);",
      release: ["alter table orders add column a int;\nalter table users add column a int;"],
      sql: "alter table users add column b int;",
    },
  ],
  *check(context) {
    const { transaction, file } = context;
    if (transaction === undefined || transaction.statements.length === 0) return;
    const before = orderOf(transaction.statements);
    const now = [...lockedTables(blockingLocks(context), context.catalog)].filter(
      ([key]) => !before.has(key),
    );
    for (const [later, { relation }] of now) {
      for (const other of file.deployedWith) {
        const orders = transactionsOf(other).map(orderOf);
        const against = [...before.keys()].find((key) =>
          orders.some((order) => (order.get(later)?.at ?? Infinity) < (order.get(key)?.at ?? -1)),
        );
        if (against === undefined) continue;
        yield {
          message: `Here \`${before.get(against)!.name}\` is locked before \`${relation}\`, and in ${other.path} the other way round: one of the two is against the application, and may end in a deadlock. Lock in one order.`,
          relation,
        };
        return;
      }
    }
  },
});

interface Place {
  readonly at: number;
  readonly name: string;
}

/** Tables by the position of the statement that locks them first. */
function orderOf(statements: readonly StatementContext[]): Map<string, Place> {
  const order = new Map<string, Place>();
  for (const [at, statement] of statements.entries()) {
    for (const [key, { relation }] of lockedTables(blockingLocks(statement), statement.catalog)) {
      if (!order.has(key)) order.set(key, { at, name: relation });
    }
  }
  return order;
}

/** The statements of a file, as they commit together. */
function transactionsOf({ before }: FileContext): StatementContext[][] {
  const found: StatementContext[][] = [];
  for (const statement of before) {
    if (statement.transaction === undefined) continue;
    if (statement.transaction.statements.length === 0) found.push([]);
    found.at(-1)?.push(statement);
  }
  return found;
}
