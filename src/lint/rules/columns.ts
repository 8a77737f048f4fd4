/** Rules about columns and their types. */
import type { Rule } from "../rule.ts";
import { addColumnConstrainedDomain } from "./columns/add-column-constrained-domain.ts";
import { addColumnIdentity } from "./columns/add-column-identity.ts";
import { addColumnSerial } from "./columns/add-column-serial.ts";
import { addColumnStoredGenerated } from "./columns/add-column-stored-generated.ts";
import { addInheritanceColumn } from "./columns/add-inheritance-column.ts";
import { alterDefaultVolatileExisting } from "./columns/alter-default-volatile-existing.ts";
import { cachedPlanInvalidated } from "./columns/cached-plan-invalidated.ts";
import { cluster } from "./columns/cluster.ts";
import { columnOrder } from "./columns/column-order.ts";
import { dropColumn } from "./columns/drop-column.ts";
import { dropColumnDependentObjects } from "./columns/drop-column-dependent-objects.ts";
import { dropColumnOfView } from "./columns/drop-column-of-view.ts";
import { dropColumnSilentlyRemovesCheck } from "./columns/drop-column-silently-removes-check.ts";
import { dropColumnSilentlyRemovesFk } from "./columns/drop-column-silently-removes-fk.ts";
import { dropColumnSilentlyRemovesIndex } from "./columns/drop-column-silently-removes-index.ts";
import { dropColumnSilentlyRemovesPk } from "./columns/drop-column-silently-removes-pk.ts";
import { dropColumnSilentlyRemovesUnique } from "./columns/drop-column-silently-removes-unique.ts";
import { dropDefault } from "./columns/drop-default.ts";
import { renameColumn } from "./columns/rename-column.ts";
import { renameSchema } from "./columns/rename-schema.ts";
import { renameTable } from "./columns/rename-table.ts";
import { rewriteNotMvccSafe } from "./columns/rewrite-not-mvcc-safe.ts";
import { setAccessMethod } from "./columns/set-access-method.ts";
import { setDefault } from "./columns/set-default.ts";
import { setExpressionRewrite } from "./columns/set-expression-rewrite.ts";
import { setLogged } from "./columns/set-logged.ts";
import { setSchema } from "./columns/set-schema.ts";
import { setTablespace } from "./columns/set-tablespace.ts";
import { setUnlogged } from "./columns/set-unlogged.ts";
import { timestampTzSessionDependent } from "./columns/timestamp-tz-session-dependent.ts";
import { typeChangeDependentView } from "./columns/type-change-dependent-view.ts";
import { typeChangeRebuildsIndex } from "./columns/type-change-rebuilds-index.ts";
import { typeChangeRefused } from "./columns/type-change-refused.ts";
import { typeChangeRewrite } from "./columns/type-change-rewrite.ts";
import { typeChangeWithCheck } from "./columns/type-change-with-check.ts";
import { typeNarrowingDataLoss } from "./columns/type-narrowing-data-loss.ts";
import { vacuumFull } from "./columns/vacuum-full.ts";
import { volatileDefault } from "./columns/volatile-default.ts";
import { wideTable } from "./columns/wide-table.ts";

export const COLUMN_RULES: readonly Rule[] = [
  addColumnConstrainedDomain,
  addColumnIdentity,
  addColumnSerial,
  addColumnStoredGenerated,
  addInheritanceColumn,
  alterDefaultVolatileExisting,
  cachedPlanInvalidated,
  cluster,
  columnOrder,
  dropColumn,
  dropColumnDependentObjects,
  dropColumnOfView,
  dropColumnSilentlyRemovesCheck,
  dropColumnSilentlyRemovesFk,
  dropColumnSilentlyRemovesIndex,
  dropColumnSilentlyRemovesPk,
  dropColumnSilentlyRemovesUnique,
  dropDefault,
  renameColumn,
  renameSchema,
  renameTable,
  rewriteNotMvccSafe,
  setAccessMethod,
  setDefault,
  setExpressionRewrite,
  setLogged,
  setSchema,
  setTablespace,
  setUnlogged,
  timestampTzSessionDependent,
  typeChangeDependentView,
  typeChangeRebuildsIndex,
  typeChangeRefused,
  typeChangeRewrite,
  typeChangeWithCheck,
  typeNarrowingDataLoss,
  vacuumFull,
  volatileDefault,
  wideTable,
];
