import type { Table } from "../../../catalog/catalog.ts";
import { constraintOf, findIndex, indexesOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { type SubCommand, subCommands } from "../support/alter-table.ts";
import { type AddedConstraint, addedConstraints } from "../support/constraints.ts";
import { listOf } from "../support/existing.ts";
import { laterStatements } from "../support/later.ts";

export const redefinePk = defineRule({
  id: "redefine-pk",
  kind: "compatibility",
  severity: "warning",
  phase: "contract",
  summary: "The primary key of a table in use is dropped or changed",
  why: "Without a primary key logical replication has nothing to name rows with and refuses UPDATE and DELETE, and nothing stops duplicates. With other columns in it, every `ON CONFLICT` that names the old ones fails, in code that still runs.",
  instead:
    "Build the unique index of the new key CONCURRENTLY, then drop the old key and add the new one USING INDEX in one ALTER TABLE. Keep a unique index on the old columns as long as running code names them.",
  bad: [
    {
      history: "create table users (id bigint primary key, tenant_id bigint not null);",
      sql: "alter table users drop constraint users_pkey;",
    },
    {
      history:
        "create table users (id bigint primary key, tenant_id bigint not null);\ncreate unique index users_new_key on users (tenant_id, id);",
      sql: "alter table users drop constraint users_pkey, add constraint users_pkey primary key using index users_new_key;",
      note: "nothing guards the old columns any more",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, tenant_id bigint not null);\ncreate unique index users_new_key on users (tenant_id, id);\ncreate unique index users_id_key on users (id);",
      sql: "alter table users drop constraint users_pkey, add constraint users_pkey primary key using index users_new_key;",
      note: "a unique index on the old columns stays",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate unique index users_id_key on users (id);",
      sql: "alter table users drop constraint users_pkey, add constraint users_pkey primary key using index users_id_key;",
      note: "the same columns, with a new index",
    },
  ],
  otherIds: { atlas: ["PG312"], migrationPilot: ["MP055"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const dropped of subCommands(context, "AT_DropConstraint")) {
      const { cmd, table, relation, isNew } = dropped;
      const old = constraintOf(table, cmd.name);
      if (table === undefined || isNew || old?.kind !== "primary-key") continue;
      const added = newKey(context, dropped);
      if (added === undefined) {
        yield {
          message: `\`${relation}\` has no primary key any more: logical replication refuses its UPDATE and DELETE, and nothing stops duplicates. Add the new one in the same ALTER TABLE.`,
          relation,
        };
        continue;
      }
      const columns = keyColumns(added, table, context);
      const stays = columns?.join() === old.columns.join() || isGuarded(table, old, context);
      if (columns === undefined || stays) continue;
      yield {
        message: `The primary key of \`${relation}\` goes from ${listOf(old.columns)} to ${listOf(columns)}: an ON CONFLICT that names the old columns fails. Keep a unique index on them until no code does.`,
        relation,
      };
    }
  },
});

/** In the same transaction, where there is one. */
function newKey(context: StatementContext, { relation }: SubCommand): AddedConstraint | undefined {
  const { catalog, transaction } = context;
  const later = transaction === undefined ? [] : laterStatements(context);
  return [context, ...later]
    .flatMap(({ node }) => addedConstraints({ node, catalog }, "CONSTR_PRIMARY"))
    .find((added) => added.relation === relation);
}

function keyColumns(
  { constraint, columns }: AddedConstraint,
  table: Table,
  { catalog }: StatementContext,
): readonly string[] | undefined {
  if (constraint.indexname === undefined) return columns;
  const index = findIndex(catalog, { schema: table.schema, name: constraint.indexname });
  return index?.columns.filter((column) => typeof column === "string");
}

function isGuarded(
  table: Table,
  old: NonNullable<ReturnType<typeof constraintOf>>,
  { catalog }: StatementContext,
): boolean {
  return indexesOf(catalog, table).some(
    ({ key, unique, valid, predicate, columns }) =>
      key !== old.index &&
      unique &&
      valid &&
      predicate === undefined &&
      columns.length === old.columns.length &&
      old.columns.every((column) => columns.includes(column)),
  );
}
