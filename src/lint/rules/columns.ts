/** Rules about columns and their types. */
import type { Rule } from "../rule.ts";
import { addColumnConstrainedDomain } from "./columns/add-column-constrained-domain.ts";
import { addColumnIdentity } from "./columns/add-column-identity.ts";
import { addColumnSerial } from "./columns/add-column-serial.ts";
import { addColumnStoredGenerated } from "./columns/add-column-stored-generated.ts";
import { cluster } from "./columns/cluster.ts";
import { renameColumn } from "./columns/rename-column.ts";
import { setAccessMethod } from "./columns/set-access-method.ts";
import { setExpressionRewrite } from "./columns/set-expression-rewrite.ts";
import { setLogged } from "./columns/set-logged.ts";
import { setTablespace } from "./columns/set-tablespace.ts";
import { setUnlogged } from "./columns/set-unlogged.ts";
import { timestampTzSessionDependent } from "./columns/timestamp-tz-session-dependent.ts";
import { typeChangeRebuildsIndex } from "./columns/type-change-rebuilds-index.ts";
import { typeChangeRewrite } from "./columns/type-change-rewrite.ts";
import { typeChangeWithCheck } from "./columns/type-change-with-check.ts";
import { vacuumFull } from "./columns/vacuum-full.ts";
import { volatileDefault } from "./columns/volatile-default.ts";

export const COLUMN_RULES: readonly Rule[] = [
  addColumnConstrainedDomain,
  addColumnIdentity,
  addColumnSerial,
  addColumnStoredGenerated,
  cluster,
  renameColumn,
  setAccessMethod,
  setExpressionRewrite,
  setLogged,
  setTablespace,
  setUnlogged,
  timestampTzSessionDependent,
  typeChangeRebuildsIndex,
  typeChangeRewrite,
  typeChangeWithCheck,
  vacuumFull,
  volatileDefault,
];
