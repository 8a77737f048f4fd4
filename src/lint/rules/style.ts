/** Rules about types, design and names; off unless asked for. */
import type { Rule } from "../rule.ts";
import { banChar } from "./style/ban-char.ts";
import { disallowedType } from "./style/disallowed-type.ts";
import { floatForExact } from "./style/float-for-exact.ts";
import { intSequence } from "./style/int-sequence.ts";
import { money } from "./style/money.ts";
import { notNullPolicy } from "./style/not-null-policy.ts";
import { nullableBoolean } from "./style/nullable-boolean.ts";
import { numericPrecision } from "./style/numeric-precision.ts";
import { pkNotBigint } from "./style/pk-not-bigint.ts";
import { preferBigintOverInt } from "./style/prefer-bigint-over-int.ts";
import { preferBigintOverSmallint } from "./style/prefer-bigint-over-smallint.ts";
import { preferIdentity } from "./style/prefer-identity.ts";
import { preferJsonb } from "./style/prefer-jsonb.ts";
import { preferTextOverVarchar } from "./style/prefer-text-over-varchar.ts";
import { preferTimestamptz } from "./style/prefer-timestamptz.ts";
import { timeWithTz } from "./style/time-with-tz.ts";
import { timestampPrecision0 } from "./style/timestamp-precision-0.ts";

export const STYLE_RULES: readonly Rule[] = [
  banChar,
  disallowedType,
  floatForExact,
  intSequence,
  money,
  notNullPolicy,
  nullableBoolean,
  numericPrecision,
  pkNotBigint,
  preferBigintOverInt,
  preferBigintOverSmallint,
  preferIdentity,
  preferJsonb,
  preferTextOverVarchar,
  preferTimestamptz,
  timeWithTz,
  timestampPrecision0,
];
