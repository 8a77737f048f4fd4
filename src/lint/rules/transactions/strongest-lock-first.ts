import type { Effects, HeldLock, Work } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { heldExclusively } from "../support/held.ts";

/** Those rules say already that something else is locked meanwhile. */
const TOLD: ReadonlySet<string> = new Set([
  "data-while-holding-lock",
  "matview-with-data",
  "statement-while-holding-ax",
  "validate-while-holding-lock",
]);

export const strongestLockFirst = defineRule({
  id: "strongest-lock-first",
  kind: "lock",
  severity: "warning",
  summary: "A table is locked for everybody before a slow statement that does not need it",
  why: "ACCESS EXCLUSIVE is held until the commit. Taken first, it lasts for the whole transaction; taken last, for a moment. The slow statement is about another table, and would not mind.",
  instead: "Slow statements first, those with the strongest locks last; or files of their own.",
  bad: [
    {
      history: "create table orders (id bigint primary key);\ncreate table lines (id bigint);",
      sql: "alter table orders add column note text;\ncreate index lines_id on lines (id);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);\ncreate table lines (id bigint);",
      sql: "create index lines_id on lines (id);\nalter table orders add column note text;",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table lines (id bigint);\nalter table orders add column note text;\ncreate index lines_id on lines (id);",
      note: "the index is of a new table",
    },
  ],
  *check({ effects, transaction }) {
    const held = heldExclusively(transaction);
    if (held === undefined) return;
    const slow = slowBeside(effects, held);
    if (slow === undefined) return;
    // The same advice for all that follow.
    const { statements = [] } = transaction ?? {};
    const behind = statements.filter(({ statement }) => statement.ordinal > held.by.ordinal);
    if (behind.some((one) => slowBeside(one.effects, held) !== undefined)) return;
    yield {
      message: `Nobody can use \`${held.relation}\` (line ${held.by.line}) while this goes through \`${slow.relation}\`. Put line ${held.by.line} behind it, or into a file of its own.`,
      longWork: slow.kind,
      relation: held.relation,
    };
  },
});

function slowBeside({ work, locks }: Effects, held: HeldLock): Work | undefined {
  // What works on the locked table itself would lock it anyway.
  if (locks.some(({ relation }) => relation === held.relation)) return undefined;
  return work.find(({ harmful, cause }) => harmful && !TOLD.has(cause));
}
