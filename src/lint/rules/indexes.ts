/** Rules about indexes. */
import type { Rule } from "../rule.ts";
import { concurrentIndexInvalidLeftover } from "./indexes/concurrent-index-invalid-leftover.ts";
import { concurrentlyInTransaction } from "./indexes/concurrently-in-transaction.ts";
import { dropIndexBackingConstraint } from "./indexes/drop-index-backing-constraint.ts";
import { duplicateIndex } from "./indexes/duplicate-index.ts";
import { fkMissingIndex } from "./indexes/fk-missing-index.ts";
import { ginJsonb } from "./indexes/gin-jsonb.ts";
import { hashIndex } from "./indexes/hash-index.ts";
import { hnswMemory } from "./indexes/hnsw-memory.ts";
import { indexCorruptionPg14 } from "./indexes/index-corruption-pg14.ts";
import { indexDropNotConcurrent } from "./indexes/index-drop-not-concurrent.ts";
import { indexLockTimeoutTooShort } from "./indexes/index-lock-timeout-too-short.ts";
import { indexNameRequired } from "./indexes/index-name-required.ts";
import { indexNotConcurrent } from "./indexes/index-not-concurrent.ts";
import { indexOnOnlyLeftInvalid } from "./indexes/index-on-only-left-invalid.ts";
import { indexOnPartitionedParent } from "./indexes/index-on-partitioned-parent.ts";
import { indexTooManyColumns } from "./indexes/index-too-many-columns.ts";
import { ivfflatIndex } from "./indexes/ivfflat-index.ts";
import { redundantIndex } from "./indexes/redundant-index.ts";
import { reindexNotConcurrent } from "./indexes/reindex-not-concurrent.ts";
import { replaceIndexBeforeDrop } from "./indexes/replace-index-before-drop.ts";
import { spatialIndex } from "./indexes/spatial-index.ts";
import { uniqueIndexExclusiveInTxn } from "./indexes/unique-index-exclusive-in-txn.ts";
import { vectorIndexParameters } from "./indexes/vector-index-parameters.ts";

export const INDEX_RULES: readonly Rule[] = [
  concurrentIndexInvalidLeftover,
  concurrentlyInTransaction,
  dropIndexBackingConstraint,
  duplicateIndex,
  fkMissingIndex,
  ginJsonb,
  hashIndex,
  hnswMemory,
  indexCorruptionPg14,
  indexDropNotConcurrent,
  indexLockTimeoutTooShort,
  indexNameRequired,
  indexNotConcurrent,
  indexOnOnlyLeftInvalid,
  indexOnPartitionedParent,
  indexTooManyColumns,
  ivfflatIndex,
  redundantIndex,
  reindexNotConcurrent,
  replaceIndexBeforeDrop,
  spatialIndex,
  uniqueIndexExclusiveInTxn,
  vectorIndexParameters,
];
