/** Rules about transactions, timeouts and locks. */
import type { Rule } from "../rule.ts";
import { explicitLockTable } from "./transactions/explicit-lock-table.ts";
import { implicitTransaction } from "./transactions/implicit-transaction.ts";
import { lockOrderAcrossFiles } from "./transactions/lock-order-across-files.ts";
import { lockTimeoutTooLate } from "./transactions/lock-timeout-too-late.ts";
import { lockTimeoutTooLong } from "./transactions/lock-timeout-too-long.ts";
import { lockTimeoutZero } from "./transactions/lock-timeout-zero.ts";
import { missingApplicationName } from "./transactions/missing-application-name.ts";
import { missingIdleInTransactionTimeout } from "./transactions/missing-idle-in-transaction-timeout.ts";
import { missingLockTimeout } from "./transactions/missing-lock-timeout.ts";
import { missingStatementTimeout } from "./transactions/missing-statement-timeout.ts";
import { multiDdlInOneTxn } from "./transactions/multi-ddl-in-one-txn.ts";
import { multipleAlterSameTable } from "./transactions/multiple-alter-same-table.ts";
import { replicaConflict } from "./transactions/replica-conflict.ts";
import { savepoint } from "./transactions/savepoint.ts";
import { shareUpdateExclusiveConflict } from "./transactions/share-update-exclusive-conflict.ts";
import { statementTimeoutTooLong } from "./transactions/statement-timeout-too-long.ts";
import { statementWhileHoldingAx } from "./transactions/statement-while-holding-ax.ts";
import { strongestLockFirst } from "./transactions/strongest-lock-first.ts";
import { transactionNesting } from "./transactions/transaction-nesting.ts";
import { wideLockWindow } from "./transactions/wide-lock-window.ts";

export const TRANSACTION_RULES: readonly Rule[] = [
  explicitLockTable,
  implicitTransaction,
  lockOrderAcrossFiles,
  lockTimeoutTooLate,
  lockTimeoutTooLong,
  lockTimeoutZero,
  missingApplicationName,
  missingIdleInTransactionTimeout,
  missingLockTimeout,
  missingStatementTimeout,
  multiDdlInOneTxn,
  multipleAlterSameTable,
  replicaConflict,
  savepoint,
  shareUpdateExclusiveConflict,
  statementTimeoutTooLong,
  statementWhileHoldingAx,
  strongestLockFirst,
  transactionNesting,
  wideLockWindow,
];
