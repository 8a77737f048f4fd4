/** All checks, in the order in which they are shown: connection, rights, settings, state, history. */
import { autovacuum } from "./autovacuum.ts";
import type { Check } from "./check.ts";
import { connectionKind } from "./connection-kind.ts";
import { connectionSlots } from "./connection-slots.ts";
import { connection } from "./connection.ts";
import { deadlockTimeout } from "./deadlock-timeout.ts";
import { detachPending } from "./detach-pending.ts";
import { disk } from "./disk.ts";
import { eventTriggers } from "./event-triggers.ts";
import { historyRights } from "./history-rights.ts";
import { history } from "./history.ts";
import { invalidIndexes } from "./invalid-indexes.ts";
import { journal } from "./journal.ts";
import { logicalReplication } from "./logical-replication.ts";
import { lockTable } from "./lock-table.ts";
import { longTransactions } from "./long-transactions.ts";
import { notValidConstraints } from "./not-valid-constraints.ts";
import { preparedTransactions } from "./prepared-transactions.ts";
import { replicas } from "./replicas.ts";
import { replicationSlots } from "./replication-slots.ts";
import { roleSettings } from "./role-settings.ts";
import { runnerLock } from "./runner-lock.ts";
import { searchPath } from "./search-path.ts";
import { serverVersion } from "./server-version.ts";
import { standbys } from "./standbys.ts";
import { synchronousStandby } from "./synchronous-standby.ts";
import { tableOwners } from "./table-owners.ts";
import { writable } from "./writable.ts";

export const CHECKS: readonly Check[] = [
  connection,
  serverVersion,
  connectionKind,
  writable,
  historyRights,
  tableOwners,
  searchPath,
  roleSettings,
  lockTable,
  deadlockTimeout,
  connectionSlots,
  autovacuum,
  synchronousStandby,
  standbys,
  replicas,
  invalidIndexes,
  notValidConstraints,
  detachPending,
  preparedTransactions,
  longTransactions,
  replicationSlots,
  logicalReplication,
  disk,
  eventTriggers,
  history,
  journal,
  runnerLock,
];
