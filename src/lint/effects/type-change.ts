/** The long work of ALTER COLUMN … TYPE: the rows, the CHECKs on the column, and its indexes. */
import type { AlterTableCmd, ColumnDef } from "@pgsql/types";
import type { Catalog, ColumnType, Index, Table } from "../../catalog/catalog.ts";
import { columnOf, findType, indexesOf, sameType, typeText } from "../../catalog/find.ts";
import { columnType } from "../../catalog/replay/column-type.ts";
import { typeChange } from "../../catalog/type-change.ts";
import { stringList } from "../../sql/tree.ts";
import type { Part } from "./part.ts";
import { isUtc } from "./state.ts";
import { list, type Target } from "./target.ts";

export function typeChangeParts(cmds: readonly AlterTableCmd[], target: Target): Part[] {
  return cmds.flatMap((cmd) => {
    const { subtype, def, name = "" } = cmd;
    if (subtype !== "AT_AlterColumnType" || def === undefined || !("ColumnDef" in def)) return [];
    return changeOf(name, def.ColumnDef, target);
  });
}

function changeOf(name: string, def: ColumnDef, target: Target): Part[] {
  const { table, state } = target;
  const { catalog } = state;
  const on = table ?? target.name;
  const location = def.location ?? def.typeName?.location;
  const to = columnType(catalog, def.typeName);
  const column = columnOf(table, name);
  if (column === undefined || table === undefined) {
    return [
      {
        case: "alter-table/alter-column-type:rewrite",
        cause: "type-change-rewrite",
        on,
        reason: `the type that \`${name}\` has now is not known from the files`,
        location,
        certain: false,
      },
    ];
  }
  const change = typeChange({
    from: column.type,
    to,
    column: name,
    using: def.raw_default,
    catalog,
    utc: isUtc(state),
  });
  if (change.rewrites) {
    return [
      {
        case: "alter-table/alter-column-type:rewrite",
        cause: change.dependsOnTimeZone ? "timestamp-tz-session-dependent" : "type-change-rewrite",
        on,
        reason: `\`${name}\` goes from \`${typeText(column.type)}\` to \`${typeText(to)}\`: ${change.reason}`,
        location,
        certain: change.certain,
      },
    ];
  }
  const parts: Part[] = [];
  const collation = stringList(def.collClause?.collname).at(-1);
  const collates = (collation ?? "default") !== (column.collation ?? "default");
  if (sameType(column.type, to) && !collates && def.raw_default === undefined) {
    return [];
  }
  const reorders = operatorsOf(column.type, catalog) !== operatorsOf(to, catalog);
  const rebuilt = indexesOf(catalog, table).filter((index) =>
    isRebuilt(index, name, { collates, reorders }),
  );
  if (rebuilt.length > 0) {
    parts.push({
      case: collates
        ? "alter-table/alter-column-type:collation-indexed"
        : "alter-table/alter-column-type:binary-partial-index",
      cause: "type-change-rebuilds-index",
      on,
      reason: `${list(rebuilt.map((index) => index.name))} cannot be kept with the new type`,
      location,
    });
  }
  const tested = checksOn(table, name);
  if (tested.length > 0) {
    parts.push({
      case: "alter-table/alter-column-type:binary-check",
      cause: "type-change-with-check",
      on,
      reason: `${list(tested)} is tested again, although no row changes`,
      location,
    });
  }
  return parts;
}

/** An index with expressions or a predicate on the column is never taken over (CheckIndexCompatible). */
function isRebuilt(
  index: Index,
  column: string,
  { collates, reorders }: { readonly collates: boolean; readonly reorders: boolean },
): boolean {
  const plain = index.columns.includes(column);
  const hidden = index.alsoUses.includes(column);
  if (hidden) return true;
  if (!plain) return false;
  // A collation of its own stays what it is.
  const own = index.collations[index.columns.indexOf(column)] !== undefined;
  const elaborate =
    index.predicate !== undefined || index.columns.some((one) => typeof one !== "string");
  return elaborate || reorders || (collates && !own);
}

/** Types that share the operators of their indexes; all others have their own (pg_opclass, 14–18). */
const SHARED_OPERATORS: Readonly<Record<string, string>> = {
  varchar: "text",
  cidr: "inet",
  regclass: "oid",
  regproc: "oid",
  regprocedure: "oid",
  regoper: "oid",
  regoperator: "oid",
  regtype: "oid",
  regrole: "oid",
  regnamespace: "oid",
  regconfig: "oid",
  regdictionary: "oid",
};

/** An index whose operators are others is built anew, also where no row changes. */
function operatorsOf(type: ColumnType, catalog: Catalog): string {
  const found = findType(catalog, type);
  if (found?.kind === "domain") return operatorsOf(found.base, catalog);
  return `${SHARED_OPERATORS[type.name] ?? type.name}${type.array ? "[]" : ""}`;
}

function checksOn(table: Table, column: string): string[] {
  return table.constraints
    .filter(
      (one) => one.kind === "check" && one.valid && one.enforced && one.columns.includes(column),
    )
    .map((one) => one.name);
}
