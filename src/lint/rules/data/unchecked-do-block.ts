import { bodies } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

/** What running code asks for, or rows: other rules say it of plain statements only. */
const TAKES_AWAY =
  /\b(?:drop\s+(?:table|column|schema|type|domain|(?:materialized\s+)?view)|rename\s+(?:to|column)|truncate)\b/i;

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
    {
      sql: "do $$ begin for i in 1..3 loop perform refresh_totals(i); end loop; end $$;",
      unseen: "create function refresh_totals(int) returns void language sql as '';",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "do $$ begin if exists (select from orders) then update orders set state = 'new'; end if; end $$;",
    },
  ],
  good: [
    { sql: "create table orders (id bigint primary key);" },
    {
      history:
        "create table orders (id bigint primary key, email text constraint orders_email_key unique);",
      sql: "do $$ begin alter table orders drop constraint orders_email_key; exception when undefined_object then null; end $$;",
    },
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
    const takes = bodies(node).map((body) => TAKES_AWAY.exec(body)?.[0]);
    const found = takes.find((one) => one !== undefined);
    if (found !== undefined) {
      yield {
        message: `The block has \`${found.replace(/\s+/g, " ").toUpperCase()}\` in it: whether running code still asks for that, and which rows go with it, is looked at in plain statements only. Write it as one.`,
        severity: "warning",
      };
      return;
    }
    // All of it is written out: its locks and its work are known.
    if (effects.unknown.length === 0) return;
    yield {
      message:
        "What happens in this block, and how often, is decided when it runs; only what is written out in it is looked at. `lockstep trace` shows what it locks.",
    };
  },
});
