/** All rules. A test checks that each file of rules/ is in one of these lists. */
import type { Rule } from "./rule.ts";
import { COLUMN_RULES } from "./rules/columns.ts";
import { CONSTRAINT_RULES } from "./rules/constraints.ts";
import { DATA_RULES } from "./rules/data.ts";
import { INDEX_RULES } from "./rules/indexes.ts";
import { OBJECT_RULES } from "./rules/objects.ts";
import { PROCESS_RULES } from "./rules/process.ts";
import { STYLE_RULES } from "./rules/style.ts";
import { TRANSACTION_RULES } from "./rules/transactions.ts";
import { ALLOW_RULES } from "./suppress/allow-rules.ts";

export const RULES: readonly Rule[] = [
  ...INDEX_RULES,
  ...CONSTRAINT_RULES,
  ...COLUMN_RULES,
  ...OBJECT_RULES,
  ...TRANSACTION_RULES,
  ...DATA_RULES,
  ...PROCESS_RULES,
  ...STYLE_RULES,
];

/** With those that have no file of their own, because they are about the comments that allow. */
export const ALL_RULES: readonly Rule[] = [...RULES, ...ALLOW_RULES];
