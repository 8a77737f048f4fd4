/** Rules about constraints. */
import type { Rule } from "../rule.ts";
import { addColumnUnique } from "./constraints/add-column-unique.ts";
import { addColumnWithCheck } from "./constraints/add-column-with-check.ts";
import { addColumnWithFk } from "./constraints/add-column-with-fk.ts";
import { addTextLimit } from "./constraints/add-text-limit.ts";
import { checkWithoutNotValid } from "./constraints/check-without-not-valid.ts";
import { constraintNameRequired } from "./constraints/constraint-name-required.ts";
import { createTableFkLocksReferenced } from "./constraints/create-table-fk-locks-referenced.ts";
import { dropConstraint } from "./constraints/drop-constraint.ts";
import { dropFkLocksBoth } from "./constraints/drop-fk-locks-both.ts";
import { dropNotNullCompat } from "./constraints/drop-not-null-compat.ts";
import { dropTableMultipleFks } from "./constraints/drop-table-multiple-fks.ts";
import { exclusionConstraint } from "./constraints/exclusion-constraint.ts";
import { fkCascadeAction } from "./constraints/fk-cascade-action.ts";
import { fkDeferrable } from "./constraints/fk-deferrable.ts";
import { fkNondeterministicCollation } from "./constraints/fk-nondeterministic-collation.ts";
import { fkOnDeleteExplicit } from "./constraints/fk-on-delete-explicit.ts";
import { fkWithoutNotValid } from "./constraints/fk-without-not-valid.ts";
import { mismatchedFkType } from "./constraints/mismatched-fk-type.ts";
import { multipleForeignKeys } from "./constraints/multiple-foreign-keys.ts";
import { notEnforcedConstraint } from "./constraints/not-enforced-constraint.ts";
import { notNullRequiredNoDefault } from "./constraints/not-null-required-no-default.ts";
import { notNullValid } from "./constraints/not-null-valid.ts";
import { notValidAndValidateSameTxn } from "./constraints/not-valid-and-validate-same-txn.ts";
import { notValidNeverValidated } from "./constraints/not-valid-never-validated.ts";
import { pg18NotNullNotValid } from "./constraints/pg18-not-null-not-valid.ts";
import { pkUsingIndexNullable } from "./constraints/pk-using-index-nullable.ts";
import { pkWithoutUsingIndex } from "./constraints/pk-without-using-index.ts";
import { redefinePk } from "./constraints/redefine-pk.ts";
import { uniqueNotNullInsteadOfPk } from "./constraints/unique-not-null-instead-of-pk.ts";
import { uniqueWithoutUsingIndex } from "./constraints/unique-without-using-index.ts";
import { validateCombinedWithStrongerSubcommand } from "./constraints/validate-combined-with-stronger-subcommand.ts";
import { validateWhileHoldingLock } from "./constraints/validate-while-holding-lock.ts";
import { volatileCheck } from "./constraints/volatile-check.ts";

export const CONSTRAINT_RULES: readonly Rule[] = [
  addColumnUnique,
  addColumnWithCheck,
  addColumnWithFk,
  addTextLimit,
  checkWithoutNotValid,
  constraintNameRequired,
  createTableFkLocksReferenced,
  dropConstraint,
  dropFkLocksBoth,
  dropNotNullCompat,
  dropTableMultipleFks,
  exclusionConstraint,
  fkCascadeAction,
  fkDeferrable,
  fkNondeterministicCollation,
  fkOnDeleteExplicit,
  fkWithoutNotValid,
  mismatchedFkType,
  multipleForeignKeys,
  notEnforcedConstraint,
  notNullRequiredNoDefault,
  notNullValid,
  notValidAndValidateSameTxn,
  notValidNeverValidated,
  pg18NotNullNotValid,
  pkUsingIndexNullable,
  pkWithoutUsingIndex,
  redefinePk,
  uniqueNotNullInsteadOfPk,
  uniqueWithoutUsingIndex,
  validateCombinedWithStrongerSubcommand,
  validateWhileHoldingLock,
  volatileCheck,
];
