/** Rules about objects that are dropped, enums, domains, views, triggers and policies. */
import type { Rule } from "../rule.ts";
import { alterDomainAddConstraint } from "./objects/alter-domain-add-constraint.ts";
import { alterDomainSetNotNull } from "./objects/alter-domain-set-not-null.ts";
import { createDomainWithConstraint } from "./objects/create-domain-with-constraint.ts";
import { createTrigger } from "./objects/create-trigger.ts";
import { creatingEnum } from "./objects/creating-enum.ts";
import { dependentViewFunctionBreak } from "./objects/dependent-view-function-break.ts";
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
import { matviewWithData } from "./objects/matview-with-data.ts";
import { refreshMatviewBlocking } from "./objects/refresh-matview-blocking.ts";
import { truncate } from "./objects/truncate.ts";
import { truncateCascade } from "./objects/truncate-cascade.ts";

export const OBJECT_RULES: readonly Rule[] = [
  alterDomainAddConstraint,
  alterDomainSetNotNull,
  createDomainWithConstraint,
  createTrigger,
  creatingEnum,
  dependentViewFunctionBreak,
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
  matviewWithData,
  refreshMatviewBlocking,
  truncate,
  truncateCascade,
];
