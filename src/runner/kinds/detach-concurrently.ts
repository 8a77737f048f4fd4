/**
 * ALTER TABLE … DETACH PARTITION … CONCURRENTLY. It commits in the middle: interrupted after that,
 * the partition is "detach pending", and only FINALIZE leads on. Its last phase queues an ACCESS
 * EXCLUSIVE lock on the partition, so it is watched like a transaction.
 */
import type { AlterTableCmd, AlterTableStmt, PartitionCmd, RangeVar } from "@pgsql/types";
import { qualified } from "../../postgres/identifiers.ts";
import type { PreparedStatement } from "../prepare.ts";
import type { Kind } from "./kind.ts";

interface Detail {
  readonly parent: string | null;
  readonly partition: string | null;
}

export const detachConcurrently: Kind<Detail> = {
  stalls: true,

  async before(session, statement) {
    const names = namesOf(statement);
    const [row] = await session.query(
      `select pg_catalog.to_regclass($1)::pg_catalog.oid::pg_catalog.text as parent,
              pg_catalog.to_regclass($2)::pg_catalog.oid::pg_catalog.text as partition`,
      [names.parent, names.partition],
    );
    return { parent: row?.["parent"] ?? null, partition: row?.["partition"] ?? null };
  },

  async probe(session, _statement, detail) {
    if (detail.parent === null || detail.partition === null) return { state: "none" };
    const [row] = await session.query(
      `select i.inhdetachpending as pending from pg_catalog.pg_inherits i
       where i.inhparent = $1::pg_catalog.oid and i.inhrelid = $2::pg_catalog.oid`,
      [detail.parent, detail.partition],
    );
    if (!row) return { state: "done" };
    return row["pending"] === "t"
      ? { state: "half", what: "the partition is detach pending" }
      : { state: "none" };
  },

  async cleanUp(session, statement, _detail, onSent) {
    const names = namesOf(statement);
    await session.batch(
      [{ text: `alter table ${names.parent} detach partition ${names.partition} finalize` }],
      onSent,
    );
    return "done";
  },
};

function namesOf(statement: PreparedStatement): { parent: string; partition: string } {
  const alter = (statement.node as { AlterTableStmt: AlterTableStmt }).AlterTableStmt;
  const [command] = (alter.cmds ?? []) as { AlterTableCmd: AlterTableCmd }[];
  const definition = command?.AlterTableCmd.def as { PartitionCmd: PartitionCmd } | undefined;
  const name = definition?.PartitionCmd.name;
  const parent = alter.relation as RangeVar;
  return {
    parent: qualified(parent.schemaname, parent.relname ?? ""),
    partition: qualified(name?.schemaname, name?.relname ?? ""),
  };
}
