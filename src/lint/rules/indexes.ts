/** Rules about indexes. */
import type { Rule } from "../rule.ts";
import { concurrentIndexInvalidLeftover } from "./indexes/concurrent-index-invalid-leftover.ts";
import { concurrentlyInTransaction } from "./indexes/concurrently-in-transaction.ts";
import { dropIndexBackingConstraint } from "./indexes/drop-index-backing-constraint.ts";
import { duplicateIndex } from "./indexes/duplicate-index.ts";
import { fkMissingIndex } from "./indexes/fk-missing-index.ts";
import { indexDropNotConcurrent } from "./indexes/index-drop-not-concurrent.ts";
import { indexLockTimeoutTooShort } from "./indexes/index-lock-timeout-too-short.ts";
import { indexNotConcurrent } from "./indexes/index-not-concurrent.ts";
import { indexOnOnlyLeftInvalid } from "./indexes/index-on-only-left-invalid.ts";
import { indexOnPartitionedParent } from "./indexes/index-on-partitioned-parent.ts";
import { redundantIndex } from "./indexes/redundant-index.ts";
import { reindexNotConcurrent } from "./indexes/reindex-not-concurrent.ts";
import { replaceIndexBeforeDrop } from "./indexes/replace-index-before-drop.ts";
import { uniqueIndexExclusiveInTxn } from "./indexes/unique-index-exclusive-in-txn.ts";

export const INDEX_RULES: readonly Rule[] = [
  concurrentIndexInvalidLeftover,
  concurrentlyInTransaction,
  dropIndexBackingConstraint,
  duplicateIndex,
  fkMissingIndex,
  indexDropNotConcurrent,
  indexLockTimeoutTooShort,
  indexNotConcurrent,
  indexOnOnlyLeftInvalid,
  indexOnPartitionedParent,
  redundantIndex,
  reindexNotConcurrent,
  replaceIndexBeforeDrop,
  uniqueIndexExclusiveInTxn,
];
