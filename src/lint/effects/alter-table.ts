/** The long work of ALTER TABLE, one sub-command after the other. */
import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, Node } from "@pgsql/types";
import type { Table } from "../../catalog/catalog.ts";
import { columnType, serialType } from "../../catalog/replay/column-type.ts";
import {
  columnOf,
  findIndex,
  findTable,
  findType,
  nameOf,
  typeText,
  withDescendants,
} from "../../catalog/find.ts";
import { provesNotNull } from "../../catalog/proofs.ts";
import { domainIsConstrained } from "../../catalog/type-change.ts";
import { expressionVolatility } from "../../catalog/volatility.ts";
import { type RelationName, relationsIn } from "../../locks/relation-name.ts";
import { stringList } from "../../sql/tree.ts";
import { hasCheck, hasUniqueIndex, leavesWithout } from "./leaves.ts";
import { attachParts } from "./partitions.ts";
import { indexStorageParts } from "./index-storage.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";
import { droppedBy, list, madeNotNull, type Target } from "./target.ts";
import { typeChangeParts } from "./type-change.ts";
import { typedTableParts } from "./typed-tables.ts";
import { validateParts } from "./validate.ts";

export function alterTableParts(stmt: AlterTableStmt, state: EffectState): Part[] {
  const name = relationsIn(stmt.relation)[0];
  if (name === undefined) return [];
  const table = findTable(state.catalog, nameOf(stmt.relation));
  // IF EXISTS, and the files would have made it.
  const { relations } = state.catalog;
  if (stmt.missing_ok === true && table === undefined && relations.size > 0) return [];
  const cmds = (stmt.cmds ?? []).flatMap((cmd) =>
    "AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : [],
  );
  switch (stmt.objtype ?? "OBJECT_TABLE") {
    case "OBJECT_TABLE": {
      const inherits = stmt.relation?.inh === true;
      const target: Target = {
        table,
        name,
        state,
        inherits,
        dropped: droppedBy(cmds),
        required: madeNotNull(cmds),
      };
      return [
        ...cmds.flatMap((cmd) => commandParts(cmd, target)),
        ...typeChangeParts(cmds, target),
      ];
    }
    case "OBJECT_MATVIEW":
      return cmds.flatMap((cmd) => storageParts(cmd, name, table));
    case "OBJECT_INDEX":
      return indexStorageParts(cmds, name, state);
    case "OBJECT_TYPE":
      return typedTableParts(cmds, name, state);
    default:
      return [];
  }
}

function commandParts(cmd: AlterTableCmd, target: Target): Part[] {
  const { subtype = "AT_AddColumn", def } = cmd;
  const { table, name } = target;
  const on = table ?? name;
  switch (subtype) {
    case "AT_AddColumn":
      return def !== undefined && "ColumnDef" in def
        ? addColumn(def.ColumnDef, cmd.missing_ok === true, target)
        : [];
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def ? addConstraint(def.Constraint, target) : [];
    case "AT_SetNotNull":
      return setNotNull(cmd.name ?? "", target, undefined);
    case "AT_ValidateConstraint":
      return validateParts(cmd.name ?? "", target);
    case "AT_AlterConstraint":
      return alterConstraint(def, target);
    case "AT_SetExpression": {
      const column = columnOf(table, cmd.name);
      if (column?.generated === "virtual") return [];
      return [
        {
          case: "alter-table/set-expression",
          cause: "set-expression-rewrite",
          on,
          reason: `\`${cmd.name}\` is stored, and computed again for each row`,
        },
      ];
    }
    case "AT_AttachPartition":
      return attachParts(def, target);
    default:
      return storageParts(cmd, name, table);
  }
}

function storageParts(cmd: AlterTableCmd, name: RelationName, table: Table | undefined): Part[] {
  const on = table ?? name;
  // It has none itself: what is set is what new partitions get.
  if (table?.kind === "partitioned-table") return [];
  switch (cmd.subtype) {
    case "AT_SetLogged":
    case "AT_SetUnLogged": {
      const wanted = cmd.subtype === "AT_SetLogged" ? "permanent" : "unlogged";
      if (table?.persistence === wanted) return [];
      const verb = cmd.subtype === "AT_SetLogged" ? "set-logged" : "set-unlogged";
      return [
        {
          case: `alter-table/${verb}`,
          cause: verb,
          on,
          reason: "every page is written anew",
        },
      ];
    }
    case "AT_SetAccessMethod":
      if (table !== undefined && (cmd.name ?? "heap") === table.accessMethod) return [];
      // The only access method at hand is heap, so that a change could not be measured.
      return [
        {
          case: "alter-table/set-unlogged",
          cause: "set-access-method",
          on,
          reason: "every row moves to another access method",
        },
      ];
    case "AT_SetTableSpace":
      if (table !== undefined && (cmd.name ?? "") === (table.tablespace ?? "pg_default")) return [];
      return [
        {
          case: "alter-table/set-tablespace:other",
          cause: "set-tablespace",
          on,
          reason: "its files are copied",
        },
      ];
    default:
      return [];
  }
}

function addColumn(column: ColumnDef, ifNotExists: boolean, target: Target): Part[] {
  const { table, name, state } = target;
  const { catalog } = state;
  const on = table ?? name;
  const own = column.colname ?? "";
  if (ifNotExists && columnOf(table, own) !== undefined) return [];
  const parts: Part[] = [];
  const add = (cause: string, id: string, reason: string, location?: number, certain = true) =>
    parts.push({ case: `alter-table/${id}`, cause, on, reason, certain, location });
  const constraints = (column.constraints ?? []).flatMap((item) =>
    "Constraint" in item ? [item.Constraint] : [],
  );
  const kinds = new Set(constraints.map(({ contype }) => contype));
  const at = column.location;
  if (column.typeName !== undefined && serialType(column.typeName) !== undefined) {
    add("add-column-serial", "add-column:serial", "each row gets a number of the sequence", at);
  } else {
    const type = columnType(catalog, column.typeName);
    if (!type.array && domainIsConstrained(catalog, type)) {
      add(
        "add-column-constrained-domain",
        "add-column:constrained-domain",
        `the domain \`${typeText(type)}\` has constraints, and PostgreSQL then writes every row`,
        at,
      );
    }
  }
  const value = constraints.find(({ contype }) => contype === "CONSTR_DEFAULT");
  const domain = findType(catalog, columnType(catalog, column.typeName));
  const filling = value?.raw_expr ?? (domain?.kind === "domain" ? domain.default : undefined);
  if (filling !== undefined) {
    const found = expressionVolatility(filling, catalog, state.target.version);
    if (found.volatility === "volatile") {
      add(
        "volatile-default",
        "add-column-function-default:volatile",
        found.certain
          ? `\`${found.because}\` is volatile: each row needs a value of its own`
          : `\`${found.because}\` is not in the history, and a function is volatile unless it says otherwise`,
        value?.location ?? at,
        found.certain,
      );
    }
  }
  for (const [index, constraint] of constraints.entries()) {
    const where = constraint.location ?? at;
    const enforced =
      isEnforced(constraint) && constraints[index + 1]?.contype !== "CONSTR_ATTR_NOT_ENFORCED";
    switch (constraint.contype) {
      case "CONSTR_IDENTITY":
        add(
          "add-column-identity",
          "add-column-identity",
          "each row gets a number of its own",
          where,
        );
        break;
      case "CONSTR_GENERATED":
        if (constraint.generated_kind === "v") {
          if (kinds.has("CONSTR_NOTNULL")) {
            add(
              "add-column-with-check",
              "add-column:virtual-not-null",
              "the new column is computed for each row and tested",
              where,
            );
          }
        } else {
          add(
            "add-column-stored-generated",
            "add-column-generated:stored",
            "it is computed and stored for each row",
            where,
          );
        }
        break;
      case "CONSTR_CHECK":
        if (enforced) {
          add(
            "add-column-with-check",
            "add-column:check",
            "the CHECK is tested against each row, although all have the same value",
            where,
          );
        }
        break;
      case "CONSTR_UNIQUE":
      case "CONSTR_PRIMARY": {
        const key = constraint.contype === "CONSTR_UNIQUE" ? "unique" : "primary-key";
        add(
          "add-column-unique",
          `add-column:${key}`,
          `the new column is ${key === "unique" ? "UNIQUE" : "the PRIMARY KEY"}`,
          where,
        );
        break;
      }
      case "CONSTR_FOREIGN":
        // DEFAULT NULL is looked up, too (measured on 14 to 18).
        if (value !== undefined && enforced) {
          add(
            "add-column-with-fk",
            "add-column-default:references",
            "the new column refers to another table and has a default",
            where,
          );
        }
        break;
      default:
        break;
    }
  }
  return parts;
}

function addConstraint(constraint: Constraint, target: Target): Part[] {
  const { table, name, state } = target;
  const on = table ?? name;
  const at = constraint.location;
  const { contype, conname, indexname, skip_validation } = constraint;
  const named = conname === undefined ? "the constraint" : `\`${conname}\``;
  switch (contype) {
    case "CONSTR_CHECK":
      if (skip_validation === true || !isEnforced(constraint)) return [];
      if (leavesWithout(target, (leaf) => hasCheck(leaf, constraint)).length === 0) return [];
      return [part("check-without-not-valid", "add-check", `${named} is added without NOT VALID`)];
    case "CONSTR_NOTNULL": {
      if (skip_validation === true) return [];
      const column = stringList(constraint.keys)[0] ?? "";
      return setNotNull(column, target, at);
    }
    case "CONSTR_FOREIGN":
      if (skip_validation === true || !isEnforced(constraint)) return [];
      return [
        {
          ...part("fk-without-not-valid", "add-foreign-key", `${named} is added without NOT VALID`),
          also: findTable(state.catalog, nameOf(constraint.pktable)),
        },
      ];
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY": {
      if (indexname !== undefined) return usingIndex(constraint, target);
      // ALTER TABLE ONLY: the index stays invalid until those of the partitions are attached.
      if (table?.kind === "partitioned-table" && !target.inherits) return [];
      const [cause, id] =
        contype === "CONSTR_UNIQUE"
          ? ["unique-without-using-index", "add-unique"]
          : ["pk-without-using-index", "add-primary-key:not-null"];
      if (leavesWithout(target, (leaf) => hasUniqueIndex(leaf, constraint, target)).length === 0) {
        return [];
      }
      return [part(cause, id, `${named} is added without USING INDEX`)];
    }
    case "CONSTR_EXCLUSION":
      return [part("exclusion-constraint", "add-exclusion", `${named} compares each row`)];
    default:
      return [];
  }

  function part(cause: string, id: string, reason: string): Part {
    return { case: `alter-table/${id}`, cause, on, reason, location: at };
  }
}

/** ADD PRIMARY KEY USING INDEX makes its columns NOT NULL, and looks for nulls where they are not. */
function usingIndex(constraint: Constraint, target: Target): Part[] {
  const { table, name, state, dropped, required } = target;
  if (constraint.contype !== "CONSTR_PRIMARY") return [];
  const index = findIndex(state.catalog, {
    schema: table?.schema ?? name.schema,
    name: constraint.indexname ?? "",
  });
  const columns = index?.columns.filter((column): column is string => typeof column === "string");
  const nullable = columns?.filter(
    (column) =>
      columnOf(table, column)?.notNull !== true &&
      // SET NOT NULL in the same statement looks for nulls, in the same pass.
      !required.has(column) &&
      !(table !== undefined && provesNotNull(table, column, dropped)),
  );
  if (nullable?.length === 0) return [];
  return [
    {
      case: "alter-table/add-constraint-using-index:primary-key-nullable",
      cause: "pk-using-index-nullable",
      on: table ?? name,
      reason:
        nullable === undefined
          ? "whether its columns are NOT NULL is not known from the files"
          : `${list(nullable)} may be null, and each row is looked at`,
      location: constraint.location,
      certain: nullable !== undefined,
    },
  ];
}

function setNotNull(name: string, target: Target, location: number | undefined): Part[] {
  const { table, state } = target;
  const column = columnOf(table, name);
  if (column?.notNull === true) return [];
  if (table !== undefined) {
    const rows = withDescendants(state.catalog, table).filter(({ kind }) => kind === "table");
    const open = rows.filter(
      (one) => columnOf(one, name)?.notNull !== true && !provesNotNull(one, name, target.dropped),
    );
    if (rows.length > 0 && open.length === 0) return [];
  }
  const notValid = column?.notNull === "not-valid";
  return [
    {
      case: "alter-table/set-not-null:scan",
      cause: "not-null-valid",
      on: table ?? target.name,
      reason: notValid
        ? `the NOT NULL of \`${name}\` is not validated yet`
        : `no validated CHECK (${name} IS NOT NULL) proves it`,
      location,
    },
  ];
}

function alterConstraint(def: Node | undefined, { table, name }: Target): Part[] {
  if (def === undefined || !("ATAlterConstraint" in def)) return [];
  const { alterEnforceability, is_enforced, conname } = def.ATAlterConstraint;
  if (alterEnforceability !== true || is_enforced !== true) return [];
  return [
    {
      case: "alter-table/alter-constraint:enforced",
      cause: "fk-without-not-valid",
      on: table ?? name,
      reason: `\`${conname}\` becomes enforced`,
    },
  ];
}

/** The tree leaves false out, so that only an explicit NOT ENFORCED has the field missing. */
function isEnforced(constraint: Constraint): boolean {
  return constraint.is_enforced === true;
}
