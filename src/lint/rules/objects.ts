/** Rules about objects that are dropped, enums, domains, views, triggers and policies. */
import type { Rule } from "../rule.ts";
import { dropCascade } from "./objects/drop-cascade.ts";
import { dropCascadeLocksOtherTables } from "./objects/drop-cascade-locks-other-tables.ts";
import { dropDatabase } from "./objects/drop-database.ts";
import { dropFunctionCascade } from "./objects/drop-function-cascade.ts";
import { dropSchema } from "./objects/drop-schema.ts";
import { dropTable } from "./objects/drop-table.ts";
import { dropTablespace } from "./objects/drop-tablespace.ts";
import { truncate } from "./objects/truncate.ts";
import { truncateCascade } from "./objects/truncate-cascade.ts";

export const OBJECT_RULES: readonly Rule[] = [
  dropCascade,
  dropCascadeLocksOtherTables,
  dropDatabase,
  dropFunctionCascade,
  dropSchema,
  dropTable,
  dropTablespace,
  truncate,
  truncateCascade,
];
