/** Each recipe from end to end: flagged, fixed, proved, and not flagged any more. */
import { describe, expect, test } from "vitest";
import { testedVersion } from "../support/postgres.ts";
import { fixSql, theOne } from "./fix-project.ts";

const HISTORY = `create table users (id bigint primary key, email text, plan text default 'free');
create table orders (id serial primary key, user_id bigint, total numeric(10, 2) not null default 0, note varchar(40));
create index orders_total_idx on orders (total);
create table notes (id serial primary key, body text, unique (id, body));
create table tags (name text not null, slug text);
create unique index tags_slug_idx on tags (slug);
create table events (id bigint, at date not null) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01') partition by range (at);
create table events_2025_01 partition of events_2025 for values from ('2025-01-01') to ('2025-02-01');
create table items (id int primary key, parent int references items (id), order_id smallint constraint of_order references orders (id) on delete cascade);
`;

const NOT_NULL = testedVersion() >= 18 ? ["expand", "contract"] : ["expand", "expand", "contract"];
/** The NOT NULL of a column that takes the place of another one. */
const PROOF = NOT_NULL.map(() => "expand");

/** What a sequence is, and what a table cannot help; nobody should overlook it. */
const TRUE_OF_IT: ReadonlySet<string> = new Set([
  "contract-with-expand-in-one-release",
  "partitioned-alter-fan-out",
  "unbatched-backfill",
]);

describe("recipes", () => {
  test.each<readonly [rule: string, sql: string, phases: readonly string[]]>([
    ["not-null-valid", "alter table users alter column email set not null;", NOT_NULL],
    ["not-null-valid", 'alter table only public."users" alter email set not null;', NOT_NULL],
    [
      "fk-without-not-valid",
      "alter table orders add foreign key (user_id) references users (id) on delete cascade;",
      ["expand", "expand", "contract"],
    ],
    [
      "check-without-not-valid",
      "alter table orders add constraint positive check (total >= 0);",
      ["expand", "contract"],
    ],
    [
      "check-without-not-valid",
      "alter table orders add check (total < 1e6);",
      ["expand", "contract"],
    ],
    ["unique-without-using-index", "alter table users add unique (email);", ["expand", "contract"]],
    [
      "unique-without-using-index",
      "alter table users add constraint one unique (email, plan) deferrable initially deferred;",
      ["expand", "contract"],
    ],
    [
      "pk-without-using-index",
      "alter table tags add primary key (name, slug);",
      [...NOT_NULL, "expand", "contract"],
    ],
    [
      "pk-using-index-nullable",
      "alter table tags add constraint tags_key primary key using index tags_slug_idx;",
      [...NOT_NULL, "contract"],
    ],
    [
      "volatile-default",
      "alter table users add column token uuid not null default gen_random_uuid();",
      ["expand", "backfill", ...NOT_NULL],
    ],
    [
      "volatile-default",
      "alter table tags add column seen float default random() check (seen >= 0);",
      ["expand", "backfill", "contract"],
    ],
    [
      "type-change-rewrite",
      "alter table orders alter column total type numeric(12, 3) using total * 2;",
      ["expand", "backfill", "expand", ...PROOF, "contract"],
    ],
    [
      "type-change-rewrite",
      "alter table items alter column order_id type int;",
      ["expand", "backfill", "expand", "expand", "expand", "contract"],
    ],
    [
      "type-change-rewrite",
      "alter table notes alter column id set data type bigint;",
      ["expand", "backfill", "expand", ...PROOF, "contract"],
    ],
    [
      "rename-column",
      "alter table users rename column email to mail;",
      ["expand", "backfill", "contract"],
    ],
    [
      "rename-column",
      "alter table orders rename column total to amount;",
      ["expand", "backfill", "expand", ...PROOF, "contract"],
    ],
    ["rename-table", "alter table users rename to people;", ["expand", "contract"]],
    ["not-null-valid", "alter table events alter column id set not null;", NOT_NULL],
    [
      "volatile-default",
      "alter table events add column token uuid default gen_random_uuid();",
      ["expand", "backfill"],
    ],
    ["drop-column", "alter table tags drop column name;", ["expand", "contract"]],
    ["drop-column", "alter table orders drop column total;", ["contract"]],
    [
      "add-column-with-check",
      "alter table orders add column size int check (size > 0);",
      ["expand", "contract"],
    ],
    [
      "add-column-with-fk",
      "alter table orders add column buyer bigint not null default 1 constraint buyer_fk references users (id) deferrable;",
      ["expand", "expand", "contract", "expand"],
    ],
    [
      "add-column-unique",
      "alter table users add column nick text unique;",
      ["expand", "expand", "contract"],
    ],
    [
      "index-on-partitioned-parent",
      "create index on events (id) where id > 5;",
      ["expand", "expand", "contract"],
    ],
  ])("%s: %s", async (rule, sql, phases) => {
    const fixed = await fixSql({ history: HISTORY, sql });
    expect(fixed.before).toContain(rule);
    const file = theOne(fixed);
    expect(file.proof.against).toEqual([]);
    expect(file.proof.notes).toEqual([]);
    expect(
      Object.values(fixed.files).map((text) => /lockstep-phase: (\w+)/.exec(text)?.[1]),
    ).toEqual(phases);
    expect(fixed.after.filter((one) => !TRUE_OF_IT.has(one))).toEqual([]);
  });
});
