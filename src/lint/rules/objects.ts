/** Rules about objects that are dropped, enums, domains, views, triggers and policies. */
import type { Rule } from "../rule.ts";
import { alterDomainAddConstraint } from "./objects/alter-domain-add-constraint.ts";
import { alterDomainSetNotNull } from "./objects/alter-domain-set-not-null.ts";
import { attachBuildsMissingIndexes } from "./objects/attach-builds-missing-indexes.ts";
import { attachPartitionNoCheck } from "./objects/attach-partition-no-check.ts";
import { attachPartitionScansDefault } from "./objects/attach-partition-scans-default.ts";
import { attachValidatesForeignKey } from "./objects/attach-validates-foreign-key.ts";
import { autovacuumOff } from "./objects/autovacuum-off.ts";
import { createDomainWithConstraint } from "./objects/create-domain-with-constraint.ts";
import { createPartitionOfLocksParent } from "./objects/create-partition-of-locks-parent.ts";
import { createTrigger } from "./objects/create-trigger.ts";
import { creatingEnum } from "./objects/creating-enum.ts";
import { dependentViewFunctionBreak } from "./objects/dependent-view-function-break.ts";
import { detachPartitionNotConcurrent } from "./objects/detach-partition-not-concurrent.ts";
import { disableTrigger } from "./objects/disable-trigger.ts";
import { dropCascade } from "./objects/drop-cascade.ts";
import { dropCascadeLocksOtherTables } from "./objects/drop-cascade-locks-other-tables.ts";
import { dropDatabase } from "./objects/drop-database.ts";
import { dropFunctionCascade } from "./objects/drop-function-cascade.ts";
import { dropSchema } from "./objects/drop-schema.ts";
import { dropTable } from "./objects/drop-table.ts";
import { dropTablespace } from "./objects/drop-tablespace.ts";
import { dropTrigger } from "./objects/drop-trigger.ts";
import { enumRenameValue } from "./objects/enum-rename-value.ts";
import { enumValueOrdering } from "./objects/enum-value-ordering.ts";
import { enumValueUsedInSameTransaction } from "./objects/enum-value-used-in-same-transaction.ts";
import { extensionNeedsSuperuser } from "./objects/extension-needs-superuser.ts";
import { extensionVersionPin } from "./objects/extension-version-pin.ts";
import { functionVolatilityChange } from "./objects/function-volatility-change.ts";
import { grantAll } from "./objects/grant-all.ts";
import { grantToPublic } from "./objects/grant-to-public.ts";
import { idempotentNoopStillLocks } from "./objects/idempotent-noop-still-locks.ts";
import { ifNotExistsNoop } from "./objects/if-not-exists-noop.ts";
import { matviewWithData } from "./objects/matview-with-data.ts";
import { multiColumnPartition } from "./objects/multi-column-partition.ts";
import { partitionKeyNotInUnique } from "./objects/partition-key-not-in-unique.ts";
import { partitionStrategyMismatch } from "./objects/partition-strategy-mismatch.ts";
import { partitionedAlterFanOut } from "./objects/partitioned-alter-fan-out.ts";
import { preferRobust } from "./objects/prefer-robust.ts";
import { refreshMatviewBlocking } from "./objects/refresh-matview-blocking.ts";
import { replicaIdentityFull } from "./objects/replica-identity-full.ts";
import { replicaIdentityNothing } from "./objects/replica-identity-nothing.ts";
import { restrictivePolicy } from "./objects/restrictive-policy.ts";
import { rlsEnabledWithoutPolicy } from "./objects/rls-enabled-without-policy.ts";
import { securityDefinerSearchPath } from "./objects/security-definer-search-path.ts";
import { securityDefinerView } from "./objects/security-definer-view.ts";
import { sequenceNotReset } from "./objects/sequence-not-reset.ts";
import { setStatistics } from "./objects/set-statistics.ts";
import { superuserRole } from "./objects/superuser-role.ts";
import { truncate } from "./objects/truncate.ts";
import { truncateCascade } from "./objects/truncate-cascade.ts";

export const OBJECT_RULES: readonly Rule[] = [
  alterDomainAddConstraint,
  alterDomainSetNotNull,
  attachBuildsMissingIndexes,
  attachPartitionNoCheck,
  attachPartitionScansDefault,
  attachValidatesForeignKey,
  autovacuumOff,
  createDomainWithConstraint,
  createPartitionOfLocksParent,
  createTrigger,
  creatingEnum,
  dependentViewFunctionBreak,
  detachPartitionNotConcurrent,
  disableTrigger,
  dropCascade,
  dropCascadeLocksOtherTables,
  dropDatabase,
  dropFunctionCascade,
  dropSchema,
  dropTable,
  dropTablespace,
  dropTrigger,
  enumRenameValue,
  enumValueOrdering,
  enumValueUsedInSameTransaction,
  extensionNeedsSuperuser,
  extensionVersionPin,
  functionVolatilityChange,
  grantAll,
  grantToPublic,
  idempotentNoopStillLocks,
  ifNotExistsNoop,
  matviewWithData,
  multiColumnPartition,
  partitionKeyNotInUnique,
  partitionStrategyMismatch,
  partitionedAlterFanOut,
  preferRobust,
  refreshMatviewBlocking,
  replicaIdentityFull,
  replicaIdentityNothing,
  restrictivePolicy,
  rlsEnabledWithoutPolicy,
  securityDefinerSearchPath,
  securityDefinerView,
  sequenceNotReset,
  setStatistics,
  superuserRole,
  truncate,
  truncateCascade,
];
