/** Rules about constraints. */
import type { Rule } from "../rule.ts";
import { addColumnUnique } from "./constraints/add-column-unique.ts";
import { addColumnWithCheck } from "./constraints/add-column-with-check.ts";
import { addColumnWithFk } from "./constraints/add-column-with-fk.ts";
import { checkWithoutNotValid } from "./constraints/check-without-not-valid.ts";
import { exclusionConstraint } from "./constraints/exclusion-constraint.ts";
import { fkWithoutNotValid } from "./constraints/fk-without-not-valid.ts";
import { notNullValid } from "./constraints/not-null-valid.ts";
import { notValidAndValidateSameTxn } from "./constraints/not-valid-and-validate-same-txn.ts";
import { pkUsingIndexNullable } from "./constraints/pk-using-index-nullable.ts";
import { pkWithoutUsingIndex } from "./constraints/pk-without-using-index.ts";
import { uniqueWithoutUsingIndex } from "./constraints/unique-without-using-index.ts";
import { validateCombinedWithStrongerSubcommand } from "./constraints/validate-combined-with-stronger-subcommand.ts";
import { validateWhileHoldingLock } from "./constraints/validate-while-holding-lock.ts";

export const CONSTRAINT_RULES: readonly Rule[] = [
  addColumnUnique,
  addColumnWithCheck,
  addColumnWithFk,
  checkWithoutNotValid,
  exclusionConstraint,
  fkWithoutNotValid,
  notNullValid,
  notValidAndValidateSameTxn,
  pkUsingIndexNullable,
  pkWithoutUsingIndex,
  uniqueWithoutUsingIndex,
  validateCombinedWithStrongerSubcommand,
  validateWhileHoldingLock,
];
