import type { AlterTableCmd } from "@pgsql/types";
import type { Table } from "../../../catalog/catalog.ts";
import { columnOf, constraintOf, findIndex } from "../../../catalog/find.ts";
import { knowsAll } from "../../../catalog/proofs.ts";
import { blocksWrites } from "../../../locks/lock-mode.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { tableOf } from "../support/existing.ts";

export const idempotentNoopStillLocks = defineRule({
  id: "idempotent-noop-still-locks",
  kind: "lock",
  severity: "info",
  summary: "A statement that has nothing to do locks its table all the same",
  why: "IF EXISTS and IF NOT EXISTS are looked at after the table is locked. `ADD COLUMN IF NOT EXISTS` on a column that is there takes ACCESS EXCLUSIVE like any other, and everybody queues behind it.",
  instead: "Remove the statement.",
  bad: [
    {
      history: "create table orders (id bigint, note text);",
      sql: "alter table orders add column if not exists note text;",
    },
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders drop constraint if exists orders_total_check;",
    },
    {
      history: "create table orders (id bigint);\ncreate index orders_id_idx on orders (id);",
      sql: "create index if not exists orders_id_idx on orders (id);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders add column if not exists note text;",
      note: "it has something to do",
    },
    {
      sql: "alter table orders drop constraint if exists orders_total_check;",
      unseen: "create table orders (id bigint primary key);",
      note: "nobody knows",
    },
  ],
  *check(context) {
    const { effects } = context;
    const what = nothingToDo(context);
    const lock = effects.locks.find(({ mode, isNew }) => blocksWrites(mode) && !isNew);
    if (what === undefined || lock === undefined) return;
    yield {
      message: `${what}: there is nothing to do, and \`${lock.relation}\` is locked all the same (${lock.mode}). Remove the statement.`,
      relation: lock.relation,
    };
  },
});

function nothingToDo({ node, catalog }: StatementContext): string | undefined {
  if ("IndexStmt" in node) {
    const { if_not_exists, idxname, relation, concurrent } = node.IndexStmt;
    if (if_not_exists !== true || concurrent === true || idxname === undefined) return undefined;
    const index = findIndex(catalog, { schema: relation?.schemaname, name: idxname });
    return index && `The index \`${idxname}\` exists`;
  }
  const target = alteredTable(node, catalog);
  const table = target && tableOf(target);
  if (table === undefined) return undefined;
  const all = alterCommands(node);
  const found = all.map((cmd) => noop(cmd, table, knowsAll(catalog)));
  return found.every((one) => one !== undefined) ? found[0] : undefined;
}

function noop(cmd: AlterTableCmd, table: Table, sure: boolean): string | undefined {
  const { subtype, name = "", def, missing_ok } = cmd;
  if (missing_ok !== true) return undefined;
  if (subtype === "AT_AddColumn" && def !== undefined && "ColumnDef" in def) {
    const column = def.ColumnDef.colname ?? "";
    return columnOf(table, column) && `The column \`${column}\` exists`;
  }
  if (!sure) return undefined;
  if (subtype === "AT_DropColumn" && columnOf(table, name) === undefined) {
    return `There is no column \`${name}\``;
  }
  if (subtype === "AT_DropConstraint" && constraintOf(table, name) === undefined) {
    return `There is no constraint \`${name}\``;
  }
  return undefined;
}
