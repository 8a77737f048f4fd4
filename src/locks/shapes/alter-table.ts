/** ALTER TABLE, ALTER INDEX, ALTER VIEW and the like: one shape per sub-command. */
import type {
  AlterTableCmd,
  AlterTableStmt,
  ColumnDef,
  Constraint,
  DefElem,
  Node,
} from "@pgsql/types";
import type { LockRole } from "../lock-facts.ts";
import { fromRangeVar, relationsIn, walk } from "../relation-name.ts";
import { shape, type StatementShape, unknownShape } from "../statement-shape.ts";

type ObjectType = NonNullable<AlterTableStmt["objtype"]>;
type Subtype = NonNullable<AlterTableCmd["subtype"]>;

const PREFIX: Partial<Record<ObjectType, string>> = {
  OBJECT_TABLE: "alter-table",
  OBJECT_INDEX: "alter-index",
  OBJECT_VIEW: "alter-view",
  OBJECT_MATVIEW: "alter-materialized-view",
  OBJECT_SEQUENCE: "alter-sequence",
  OBJECT_TYPE: "alter-type",
};

/** Sub-commands whose shape is one name. What has to be looked into is in `shapesOfCommand`. */
const NAMES: Partial<Record<Subtype, string>> = {
  AT_DropColumn: "drop-column",
  AT_AlterColumnType: "alter-column-type",
  AT_SetNotNull: "set-not-null",
  AT_DropNotNull: "drop-not-null",
  AT_AddIdentity: "add-identity",
  AT_SetIdentity: "set-identity",
  AT_DropIdentity: "drop-identity",
  AT_SetExpression: "set-expression",
  AT_DropExpression: "drop-expression",
  AT_ValidateConstraint: "validate-constraint",
  AT_DropConstraint: "drop-constraint",
  AT_AlterConstraint: "alter-constraint",
  AT_ChangeOwner: "owner",
  AT_SetStatistics: "set-statistics",
  AT_SetOptions: "set-column-options",
  AT_ResetOptions: "reset-column-options",
  AT_SetStorage: "set-storage",
  AT_SetCompression: "set-compression",
  AT_EnableTrig: "enable-trigger",
  AT_EnableTrigAll: "enable-trigger",
  AT_EnableTrigUser: "enable-trigger",
  AT_EnableAlwaysTrig: "enable-trigger",
  AT_EnableReplicaTrig: "enable-trigger",
  AT_DisableTrig: "disable-trigger",
  AT_DisableTrigAll: "disable-trigger",
  AT_DisableTrigUser: "disable-trigger",
  AT_EnableRowSecurity: "enable-row-security",
  AT_DisableRowSecurity: "disable-row-security",
  AT_ForceRowSecurity: "force-row-security",
  AT_NoForceRowSecurity: "no-force-row-security",
  AT_ReplicaIdentity: "replica-identity",
  AT_SetLogged: "set-logged",
  AT_SetUnLogged: "set-unlogged",
  AT_SetAccessMethod: "set-access-method",
  AT_SetTableSpace: "set-tablespace",
  AT_ClusterOn: "cluster-on",
  AT_DropCluster: "set-without-cluster",
};

/** ALTER TYPE speaks of attributes where ALTER TABLE speaks of columns. */
const TYPE_NAMES: Partial<Record<Subtype, string>> = {
  AT_AddColumn: "add-attribute",
  AT_DropColumn: "drop-attribute",
  AT_AlterColumnType: "alter-attribute",
};

const CONSTRAINTS: Partial<Record<NonNullable<Constraint["contype"]>, string>> = {
  CONSTR_CHECK: "add-check",
  CONSTR_NOTNULL: "add-not-null",
  CONSTR_FOREIGN: "add-foreign-key",
};

const INDEX_CONSTRAINTS: Partial<Record<NonNullable<Constraint["contype"]>, string>> = {
  CONSTR_PRIMARY: "add-primary-key",
  CONSTR_UNIQUE: "add-unique",
  CONSTR_EXCLUSION: "add-exclusion",
};

/** The sub-commands of ALTER DOMAIN, by the letter that the grammar gives them. */
const DOMAIN_COMMANDS: Readonly<Record<string, string>> = {
  C: "add-constraint",
  X: "drop-constraint",
  V: "validate-constraint",
  O: "set-not-null",
  N: "drop-not-null",
};

/** No relation is named; the tables that use the type are in the catalog. */
export function shapesOfAlterType(node: Node): StatementShape[] | undefined {
  if ("AlterDomainStmt" in node) {
    const { subtype = "", def } = node.AlterDomainStmt;
    const byDefault = def === undefined ? "drop-default" : "set-default";
    return [shape(`alter-domain/${DOMAIN_COMMANDS[subtype] ?? byDefault}`, {})];
  }
  if ("AlterEnumStmt" in node) {
    const verb = node.AlterEnumStmt.oldVal === undefined ? "add" : "rename";
    return [shape(`alter-type/${verb}-value`, {})];
  }
  return undefined;
}

export function shapesOfAlterTable(node: Node): StatementShape[] | undefined {
  if (!("AlterTableStmt" in node)) return undefined;
  const stmt = node.AlterTableStmt;
  const prefix = PREFIX[stmt.objtype ?? "OBJECT_TABLE"];
  if (prefix === undefined) return [unknownShape(node)];
  return (stmt.cmds ?? []).flatMap((cmd) =>
    "AlterTableCmd" in cmd
      ? shapesOfCommand(prefix, stmt, cmd.AlterTableCmd)
      : [unknownShape(stmt)],
  );
}

function shapesOfCommand(
  prefix: string,
  stmt: AlterTableStmt,
  cmd: AlterTableCmd,
): StatementShape[] {
  const role: LockRole = prefix === "alter-index" ? "index" : "target";
  const own = fromRangeVar(stmt.relation);
  const one = (name: string): StatementShape => shape(`${prefix}/${name}`, { [role]: own });
  const { subtype = "AT_AddColumn", def } = cmd;

  if (prefix === "alter-type") {
    const name = TYPE_NAMES[subtype];
    return [name === undefined ? unknownShape(stmt) : one(name)];
  }
  switch (subtype) {
    case "AT_AddColumn":
      if (def === undefined || !("ColumnDef" in def)) break;
      return [
        one(addColumn(def.ColumnDef)),
        ...(def.ColumnDef.constraints ?? []).flatMap((constraint) =>
          "Constraint" in constraint && constraint.Constraint.contype === "CONSTR_FOREIGN"
            ? [addConstraint(constraint.Constraint, stmt)]
            : [],
        ),
      ];
    case "AT_AddConstraint":
      if (def === undefined || !("Constraint" in def)) break;
      return [addConstraint(def.Constraint, stmt)];
    case "AT_ColumnDefault":
      return [one(def === undefined ? "drop-default" : "set-default")];
    case "AT_SetRelOptions":
      return parameters(def).map((name) => one(`set-parameter/${name}`));
    case "AT_ResetRelOptions":
      return parameters(def).map((name) => one(`reset-parameter/${name}`));
    case "AT_AttachPartition":
    case "AT_DetachPartition": {
      const verb = subtype === "AT_AttachPartition" ? "attach-partition" : "detach-partition";
      const concurrently = def && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
      const id = `${prefix}/${verb}${concurrently === true ? "-concurrently" : ""}`;
      return [shape(id, { parent: own, partition: relationsIn(def) })];
    }
    case "AT_AddInherit":
    case "AT_DropInherit": {
      const id = `${prefix}/${subtype === "AT_AddInherit" ? "inherit" : "no-inherit"}`;
      return [shape(id, { target: own, parent: relationsIn(def) })];
    }
    default: {
      const name = NAMES[subtype];
      if (name !== undefined) return [one(name)];
    }
  }
  return [unknownShape({ relation: stmt.relation, cmd })];
}

function addColumn(column: ColumnDef): string {
  const constraints = (column.constraints ?? []).flatMap((item) =>
    "Constraint" in item ? [item.Constraint] : [],
  );
  const kinds = new Set(constraints.map(({ contype }) => contype));
  if (kinds.has("CONSTR_IDENTITY")) return "add-column-identity";
  const generated = constraints.find(({ contype }) => contype === "CONSTR_GENERATED");
  // A virtual column is not stored: to the table it is a column without a value.
  if (generated) return generated.generated_kind === "v" ? "add-column" : "add-column-generated";
  const value = constraints.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  if (value === undefined) return "add-column";
  let calls = false;
  walk(value, (key) => (calls ||= key === "FuncCall"));
  return calls ? "add-column-function-default" : "add-column-default";
}

function addConstraint(constraint: Constraint, stmt: AlterTableStmt): StatementShape {
  const target = fromRangeVar(stmt.relation);
  const { contype = "CONSTR_NULL", indexname } = constraint;
  const indexed = INDEX_CONSTRAINTS[contype];
  if (indexed !== undefined) {
    const id = indexname === undefined ? indexed : "add-constraint-using-index";
    return shape(`alter-table/${id}`, { target });
  }
  const name = CONSTRAINTS[contype];
  if (name === undefined) return unknownShape({ relation: stmt.relation, constraint });
  // NOT ENFORCED is never validated and so carries the same mark, but is a case of its own.
  const unenforced = contype !== "CONSTR_NOTNULL" && constraint.is_enforced !== true;
  const notValid = constraint.skip_validation === true && !unenforced ? "-not-valid" : "";
  const referenced = fromRangeVar(constraint.pktable);
  return shape(`alter-table/${name}${notValid}`, {
    target,
    ...(contype === "CONSTR_FOREIGN" && { referenced }),
  });
}

/** The lock depends on the parameter; a TOAST table's own (`toast.…`) is not a lock on the table. */
function parameters(def: Node | undefined): string[] {
  const items = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  return items.flatMap((item) => ("DefElem" in item ? [parameterName(item.DefElem)] : []));
}

function parameterName({ defname = "", defnamespace }: DefElem): string {
  return defnamespace === undefined ? defname : `${defnamespace}.${defname}`;
}
