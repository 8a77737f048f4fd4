import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";
import { oneEdit, removeWords } from "../support/edits.ts";

export const concurrentIndexInvalidLeftover = defineRule({
  id: "concurrent-index-invalid-leftover",
  kind: "re-run",
  severity: "warning",
  phase: "expand",
  handledByRunner:
    "It looks at `indisvalid`: an invalid index that an earlier attempt left is dropped and built anew.",
  summary: "IF NOT EXISTS takes an invalid index for the one that is wanted",
  why: "A CREATE INDEX CONCURRENTLY that fails or is cancelled leaves an invalid index, which every write pays for and no query uses. With IF NOT EXISTS the next attempt finds the name, builds nothing and succeeds; a unique index then guards nothing.",
  instead:
    "Leave IF NOT EXISTS out, and put `DROP INDEX CONCURRENTLY IF EXISTS` before it where the file may have to be run again.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "create index concurrently if not exists orders_state_idx on orders (state);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "create index concurrently orders_state_idx on orders (state);",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "drop index concurrently if exists orders_state_idx;\ncreate index concurrently if not exists orders_state_idx on orders (state);",
      note: "what was left is dropped before",
    },
  ],
  otherIds: { migrationPilot: ["MP070"] },
  on: ["DropStmt", "IndexStmt"],
  *check(context) {
    const { node, file } = context;
    if (!("IndexStmt" in node)) return;
    const { concurrent, if_not_exists, idxname } = node.IndexStmt;
    if (concurrent !== true || if_not_exists !== true || idxname === undefined) return;
    if (file.before.some((before) => drops(before.node, idxname))) return;
    const fix = oneEdit("Leave IF NOT EXISTS out", removeWords(context, ["if", "not", "exists"]));
    yield {
      message: `If an attempt to build \`${idxname}\` fails, an invalid index of that name stays, and the next one finds it and does nothing. Leave IF NOT EXISTS out, and drop what was left before.`,
      ...(fix && { fix }),
    };
  },
});

function drops(node: Parameters<typeof droppedNames>[0], index: string): boolean {
  return droppedNames(node, "OBJECT_INDEX").some(({ name }) => name === index);
}
