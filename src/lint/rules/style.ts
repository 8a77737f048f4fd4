/** Rules about types, design and names; off unless asked for. */
import type { Rule } from "../rule.ts";
import { banChar } from "./style/ban-char.ts";
import { constantGeneratedColumn } from "./style/constant-generated-column.ts";
import { createOrReplace } from "./style/create-or-replace.ts";
import { createRule } from "./style/create-rule.ts";
import { disallowedSchema } from "./style/disallowed-schema.ts";
import { disallowedType } from "./style/disallowed-type.ts";
import { duplicateColumnAssignment } from "./style/duplicate-column-assignment.ts";
import { duplicateKeyColumns } from "./style/duplicate-key-columns.ts";
import { equalsNull } from "./style/equals-null.ts";
import { extensionAllowList } from "./style/extension-allow-list.ts";
import { floatForExact } from "./style/float-for-exact.ts";
import { forbiddenColumns } from "./style/forbidden-columns.ts";
import { identifierStyle } from "./style/identifier-style.ts";
import { identifierTooLong } from "./style/identifier-too-long.ts";
import { intSequence } from "./style/int-sequence.ts";
import { languageAllowList } from "./style/language-allow-list.ts";
import { money } from "./style/money.ts";
import { namingConvention } from "./style/naming-convention.ts";
import { notNullPolicy } from "./style/not-null-policy.ts";
import { nullConstraint } from "./style/null-constraint.ts";
import { nullableBoolean } from "./style/nullable-boolean.ts";
import { numericPrecision } from "./style/numeric-precision.ts";
import { pkNotBigint } from "./style/pk-not-bigint.ts";
import { preferBigintOverInt } from "./style/prefer-bigint-over-int.ts";
import { preferBigintOverSmallint } from "./style/prefer-bigint-over-smallint.ts";
import { preferIdentity } from "./style/prefer-identity.ts";
import { preferJsonb } from "./style/prefer-jsonb.ts";
import { preferTextOverVarchar } from "./style/prefer-text-over-varchar.ts";
import { preferTimestamptz } from "./style/prefer-timestamptz.ts";
import { requireComment } from "./style/require-comment.ts";
import { requirePrimaryKey } from "./style/require-primary-key.ts";
import { requiredColumns } from "./style/required-columns.ts";
import { schemaQualified } from "./style/schema-qualified.ts";
import { stringifiedNull } from "./style/stringified-null.ts";
import { tableInheritance } from "./style/table-inheritance.ts";
import { timeWithTz } from "./style/time-with-tz.ts";
import { timestampPrecision0 } from "./style/timestamp-precision-0.ts";
import { typedTable } from "./style/typed-table.ts";
import { unloggedTable } from "./style/unlogged-table.ts";

export const STYLE_RULES: readonly Rule[] = [
  banChar,
  constantGeneratedColumn,
  createOrReplace,
  createRule,
  disallowedSchema,
  disallowedType,
  duplicateColumnAssignment,
  duplicateKeyColumns,
  equalsNull,
  extensionAllowList,
  floatForExact,
  forbiddenColumns,
  identifierStyle,
  identifierTooLong,
  intSequence,
  languageAllowList,
  money,
  namingConvention,
  notNullPolicy,
  nullConstraint,
  nullableBoolean,
  numericPrecision,
  pkNotBigint,
  preferBigintOverInt,
  preferBigintOverSmallint,
  preferIdentity,
  preferJsonb,
  preferTextOverVarchar,
  preferTimestamptz,
  requireComment,
  requirePrimaryKey,
  requiredColumns,
  schemaQualified,
  stringifiedNull,
  tableInheritance,
  timeWithTz,
  timestampPrecision0,
  typedTable,
  unloggedTable,
];
