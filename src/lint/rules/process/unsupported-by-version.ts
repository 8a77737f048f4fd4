import { findFunctions, findTable, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";
import { newerFunctions, newerThan, type UsedFeature } from "../support/version-features.ts";

export const unsupportedByVersion = defineRule({
  id: "unsupported-by-version",
  kind: "bug",
  severity: "error",
  summary: "The server's version does not know this",
  why: "The statement is right for a newer PostgreSQL than the one that it will run on. The server refuses it at the moment of the deploy.",
  instead:
    "What the version has, or the deploy after the upgrade. Which version is meant says `lint.pgVersion` of the configuration.",
  bad: [
    {
      history: "create table orders (id bigint, note text);",
      sql: "alter table orders add constraint note_there not null note not valid;",
      refused: "42601",
      version: 17,
    },
    {
      history: "create table orders (id bigint, note text);",
      sql: "create unique index concurrently orders_note on orders (note) nulls not distinct;",
      refused: "42601",
      version: 14,
    },
    {
      history: "create table orders (id bigint, total int);",
      sql: "alter table orders add column half int generated always as (total / 2) virtual;",
      refused: "42601",
      version: 16,
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table events (day date, user_id bigint) partition by range (day);",
      sql: "alter table events add constraint events_user foreign key (user_id) references users not valid;",
      refused: "42809",
      version: 17,
      note: "NOT VALID of a partitioned table came with 18",
    },
    { sql: "create table orders (id uuid default uuidv7());", refused: "42883", version: 17 },
  ],
  good: [
    {
      history: "create table orders (id bigint, note text);",
      sql: "alter table orders add constraint note_there not null note not valid;",
      version: 18,
    },
    {
      history: "create table orders (id bigint, note text);",
      sql: "create unique index concurrently orders_note on orders (note) nulls not distinct;",
      version: 15,
    },
    {
      history:
        "create function uuidv7() returns uuid language sql as $$ select gen_random_uuid() $$;",
      sql: "create table orders (id uuid default uuidv7());",
      version: 17,
      note: "a function of one's own",
    },
    { sql: "create table orders (id bigint not null check (id > 0));", version: 14 },
  ],
  otherIds: { squawk: ["syntax-error"] },
  *check(context) {
    const { node, catalog, target } = context;
    const used = [...newerThan(node, target.version), ...partitionedForeignKey(context)];
    for (const { since, what, at } of used) {
      yield {
        message: `PostgreSQL ${target.version} refuses this: ${what} came with ${since}.`,
        at,
      };
    }
    for (const { name, since, at } of newerFunctions(node, target.version)) {
      if (findFunctions(catalog, { name }).length > 0 || isOfExtension(name, catalog)) continue;
      yield {
        message: `PostgreSQL ${target.version} has no function \`${name}\`: it came with ${since}.`,
        at,
      };
    }
  },
});

function partitionedForeignKey({ node, catalog, target }: StatementContext): UsedFeature[] {
  if (target.version >= 18 || !("AlterTableStmt" in node)) return [];
  const table = findTable(catalog, nameOf(node.AlterTableStmt.relation));
  if (table?.kind !== "partitioned-table") return [];
  return alterCommands(node, "AT_AddConstraint").flatMap(({ def }) => {
    if (def === undefined || !("Constraint" in def)) return [];
    const { contype, skip_validation, location } = def.Constraint;
    if (contype !== "CONSTR_FOREIGN" || skip_validation !== true) return [];
    return [{ since: 18, what: "a foreign key NOT VALID of a partitioned table", at: location }];
  });
}

/** `pg_uuidv7` and the like bring under the same name what the server got later. */
function isOfExtension(name: string, catalog: StatementContext["catalog"]): boolean {
  return [...catalog.extensions].some((extension) => extension.includes(name));
}
