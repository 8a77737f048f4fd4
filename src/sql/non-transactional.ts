/**
 * Which statements PostgreSQL refuses inside a transaction block (SQLSTATE 25001). The list follows
 * the callers of PreventInTransactionBlock from 14 to 18. Two cases need the catalog and are not
 * seen here: REINDEX and CLUSTER of a partitioned relation.
 */
import type { AlterSubscriptionStmt, Node, ReindexStmt } from "@pgsql/types";
import type { NonTransactionalKind } from "./statement.ts";

export function nonTransactionalKind(node: Node): NonTransactionalKind | undefined {
  if ("IndexStmt" in node) {
    return node.IndexStmt.concurrent ? "create-index-concurrently" : undefined;
  }
  if ("DropStmt" in node) return node.DropStmt.concurrent ? "drop-index-concurrently" : undefined;
  if ("ReindexStmt" in node) return reindexKind(node.ReindexStmt);
  if ("AlterTableStmt" in node) {
    return (node.AlterTableStmt.cmds ?? []).some(detachesConcurrently)
      ? "detach-concurrently"
      : undefined;
  }
  if ("VacuumStmt" in node) {
    // ANALYZE has the same node and is allowed in a transaction.
    if (!node.VacuumStmt.is_vacuumcmd) return undefined;
    return option(node.VacuumStmt.options, "full") === true ? "vacuum-full" : "vacuum";
  }
  if ("ClusterStmt" in node) return node.ClusterStmt.relation ? undefined : "cluster-many";
  if ("CreatedbStmt" in node) return "create-database";
  if ("DropdbStmt" in node) return "drop-database";
  if ("AlterDatabaseStmt" in node) {
    return hasOption(node.AlterDatabaseStmt.options, "tablespace") ? "alter-database" : undefined;
  }
  if ("CreateTableSpaceStmt" in node) return "create-tablespace";
  if ("DropTableSpaceStmt" in node) return "drop-tablespace";
  if ("AlterSystemStmt" in node) return "alter-system";
  if ("CreateSubscriptionStmt" in node) {
    const { options } = node.CreateSubscriptionStmt;
    // A slot is created on the publisher unless one of the two says no.
    const creates =
      option(options, "create_slot") !== false && option(options, "connect") !== false;
    return creates ? "create-subscription" : undefined;
  }
  // Only a subscription without a slot could be dropped in a transaction; the tree cannot know.
  if ("DropSubscriptionStmt" in node) return "drop-subscription";
  if ("AlterSubscriptionStmt" in node) {
    return altersRemotely(node.AlterSubscriptionStmt) ? "alter-subscription" : undefined;
  }
  if ("DiscardStmt" in node) {
    return node.DiscardStmt.target === "DISCARD_ALL" ? "discard-all" : undefined;
  }
  if ("TransactionStmt" in node) {
    const { kind } = node.TransactionStmt;
    const prepared =
      kind === "TRANS_STMT_COMMIT_PREPARED" || kind === "TRANS_STMT_ROLLBACK_PREPARED";
    return prepared ? "other" : undefined;
  }
  return undefined;
}

/** REINDEX … CONCURRENTLY, also of a whole schema: its waiting lock stops nobody. */
export function isConcurrentReindex(node: Node): boolean {
  return "ReindexStmt" in node && option(node.ReindexStmt.params, "concurrently") === true;
}

function reindexKind(reindex: ReindexStmt): NonTransactionalKind | undefined {
  switch (reindex.kind) {
    case "REINDEX_OBJECT_SCHEMA":
    case "REINDEX_OBJECT_SYSTEM":
    case "REINDEX_OBJECT_DATABASE":
      return "reindex-many";
    default:
      return option(reindex.params, "concurrently") === true ? "reindex-concurrently" : undefined;
  }
}

function detachesConcurrently(command: Node): boolean {
  if (!("AlterTableCmd" in command)) return false;
  const { subtype, def } = command.AlterTableCmd;
  // DETACH … FINALIZE is another subtype and is allowed in a transaction.
  if (subtype !== "AT_DetachPartition" || def === undefined) return false;
  return "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
}

function altersRemotely(alter: AlterSubscriptionStmt): boolean {
  switch (alter.kind) {
    case "ALTER_SUBSCRIPTION_REFRESH":
      return true;
    case "ALTER_SUBSCRIPTION_SET_PUBLICATION":
    case "ALTER_SUBSCRIPTION_ADD_PUBLICATION":
    case "ALTER_SUBSCRIPTION_DROP_PUBLICATION":
      return option(alter.options, "refresh") !== false;
    case "ALTER_SUBSCRIPTION_OPTIONS":
      // They change the slot on the publisher: failover since 17, two_phase since 18.
      return hasOption(alter.options, "failover") || hasOption(alter.options, "two_phase");
    default:
      return false;
  }
}

function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return option(options, name) !== undefined;
}

/** A boolean option as defGetBoolean reads it: without a value it is true; the last one wins. */
function option(options: readonly Node[] | undefined, name: string): boolean | undefined {
  let value: boolean | undefined;
  for (const one of options ?? []) {
    if ("DefElem" in one && one.DefElem.defname === name) value = booleanOf(one.DefElem.arg);
  }
  return value;
}

function booleanOf(arg: Node | undefined): boolean {
  if (arg === undefined) return true;
  // The tree leaves out zero and false.
  if ("Integer" in arg) return (arg.Integer.ival ?? 0) !== 0;
  if ("Boolean" in arg) return arg.Boolean.boolval === true;
  return !["false", "off"].includes(wordOf(arg).toLowerCase());
}

function wordOf(arg: Node): string {
  if ("String" in arg) return arg.String.sval ?? "";
  if (!("TypeName" in arg)) return "";
  // `off` is no keyword and arrives as the name of a type.
  const last = arg.TypeName.names?.at(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}
