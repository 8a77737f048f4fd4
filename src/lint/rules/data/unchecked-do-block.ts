import { defineRule } from "../../rule.ts";

export const uncheckedDoBlock = defineRule({
  id: "unchecked-do-block",
  kind: "process",
  severity: "info",
  summary: "What a DO block does is seen only in part",
  why: "The body is text in a procedural language: which statements run, how often and with which locks is decided when it runs. Lint sees the statements that are written out in it, and nothing that is put together or looped over.",
  instead:
    "Plain statements where they do: IF EXISTS, CREATE OR REPLACE. For rows, a migration in TypeScript with `batches`. `lockstep trace` shows what the block locks.",
  bad: [{ sql: "do $$ begin drop table if exists orders; end $$;" }],
  good: [{ sql: "create table orders (id bigint primary key);" }],
  on: ["DoStmt"],
  *check({ node }) {
    if (!("DoStmt" in node)) return;
    yield {
      message:
        "What happens in this block, and how often, is decided when it runs; only what is written out in it is looked at. `lockstep trace` shows what it locks.",
    };
  },
});
