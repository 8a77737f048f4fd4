import { defineRule } from "../../rule.ts";

export const uncheckedDoBlock = defineRule({
  id: "unchecked-do-block",
  kind: "process",
  severity: "info",
  summary: "What a DO block does is not looked at",
  why: "The body is text in a procedural language: which statements run, how often and with which locks is decided when it runs. No rule looks into it.",
  instead:
    "Plain statements where they do: IF EXISTS, CREATE OR REPLACE. For rows, a migration in TypeScript with `batches`. `lockstep trace` shows what the block locks.",
  bad: [{ sql: "do $$ begin drop table if exists orders; end $$;" }],
  good: [{ sql: "create table orders (id bigint primary key);" }],
  *check({ node }) {
    if (!("DoStmt" in node)) return;
    yield {
      message:
        "What happens in this block is decided when it runs, and no rule looks into it. `lockstep trace` shows what it locks; plain statements would show it here.",
    };
  },
});
