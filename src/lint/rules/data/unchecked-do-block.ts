import { bodies } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

const TAKES_AWAY = /\b(?:drop|rename|truncate)\b/i;

export const uncheckedDoBlock = defineRule({
  id: "unchecked-do-block",
  kind: "process",
  severity: "info",
  summary: "What a DO block does is seen only in part",
  why: "The body is text in a procedural language: which statements run, how often and with which locks is decided when it runs. Lint sees the statements that are written out in it, and nothing that is put together or looped over.",
  instead:
    "Plain statements where they do: IF EXISTS, CREATE OR REPLACE. For rows, a migration in TypeScript with `batches`. `lockstep trace` shows what the block locks.",
  bad: [
    {
      sql: "do $$ begin drop table if exists orders; end $$;",
      note: "what is lost is not looked at",
    },
    { sql: "do $$ begin for i in 1..3 loop perform refresh_totals(i); end loop; end $$;" },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "do $$ begin if exists (select from orders) then update orders set state = 'new'; end if; end $$;",
    },
  ],
  good: [
    { sql: "create table orders (id bigint primary key);" },
    {
      sql: "do $$ begin create type state as enum ('new', 'old'); exception when duplicate_object then null; end $$;",
      note: "all of it is written out",
    },
    {
      history: "create table users (id bigint primary key);\ncreate table orders (user_id bigint);",
      sql: "do $$ begin if not exists (select 1 from pg_constraint where conname = 'orders_user_fk') then alter table orders add constraint orders_user_fk foreign key (user_id) references users not valid; end if; end $$;",
    },
  ],
  on: ["DoStmt"],
  *check({ node, effects }) {
    if (!("DoStmt" in node)) return;
    // Locks and work of all of it are known; what is lost with it is told of plain statements only.
    if (effects.unknown.length === 0 && !bodies(node).some((body) => TAKES_AWAY.test(body))) return;
    yield {
      message:
        "What happens in this block, and how often, is decided when it runs; only what is written out in it is looked at. `lockstep trace` shows what it locks.",
    };
  },
});
