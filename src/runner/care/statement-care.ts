/** What a statement means for replicas, subscribers and the disk, as far as its text says. Pure. */
import type { Node } from "@pgsql/types";
import type { LockFacts, WorkKind } from "../../locks/lock-facts.ts";
import { fromNameList, fromRangeVar, type RelationName } from "../../locks/relation-name.ts";
import { shapesOf } from "../../locks/shape.ts";
import type { Statement } from "../../sql/statement.ts";
import { stringList } from "../../sql/tree.ts";

export type ChangeKind = "add-column" | "drop-column" | "create-table" | "drop-table" | "other";

/** A change of a table's shape, which logical replication does not carry. */
export interface TableChange extends RelationName {
  readonly kind: ChangeKind;
}

/** Work that writes as much as the table is big. */
export interface TableWork extends RelationName {
  readonly kind: Extract<WorkKind, "rewrite" | "index-build">;
  /** False: it depends on what the table is now. */
  readonly certain: boolean;
}

export interface StatementCare {
  readonly changes: readonly TableChange[];
  readonly work: readonly TableWork[];
}

export function careOf(statement: Pick<Statement, "node">, facts: LockFacts): StatementCare {
  return { changes: changesOf(statement.node), work: workOf(statement, facts) };
}

function changesOf(node: Node): TableChange[] {
  if ("CreateStmt" in node) {
    return fromRangeVar(node.CreateStmt.relation).map((name) => ({
      ...name,
      kind: "create-table",
    }));
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
    return (node.DropStmt.objects ?? []).flatMap((one) =>
      fromNameList(one).map((name) => ({ ...name, kind: "drop-table" as const })),
    );
  }
  if ("RenameStmt" in node) {
    const { renameType, relation } = node.RenameStmt;
    if (renameType !== "OBJECT_TABLE" && renameType !== "OBJECT_COLUMN") return [];
    return fromRangeVar(relation).map((name) => ({ ...name, kind: "other" }));
  }
  if (!("AlterTableStmt" in node)) return [];
  const { relation, cmds = [], objtype } = node.AlterTableStmt;
  if (objtype !== "OBJECT_TABLE") return [];
  const kinds = new Set(
    cmds.flatMap((cmd) => {
      const kind = "AlterTableCmd" in cmd && KIND_OF.get(cmd.AlterTableCmd.subtype ?? "");
      return kind ? [kind] : [];
    }),
  );
  return fromRangeVar(relation).flatMap((name) => [...kinds].map((kind) => ({ ...name, kind })));
}

/** What else ALTER TABLE does (constraints, defaults, storage) may differ on a subscriber. */
const KIND_OF: ReadonlyMap<string, ChangeKind> = new Map([
  ["AT_AddColumn", "add-column"],
  ["AT_DropColumn", "drop-column"],
  ["AT_AlterColumnType", "other"],
]);

/** Shapes whose work was measured in some of their cases only, and is rare or told apart below. */
const NOT_BY_SHAPE = [
  "alter-table/add-column",
  "alter-table/add-column-default",
  "alter-table/attach-partition",
];
const MAYBE = ["alter-table/alter-column-type", "alter-table/add-column-function-default"];

function workOf(statement: Pick<Statement, "node">, facts: LockFacts): TableWork[] {
  const found = shapesOf(statement).flatMap(({ shape, relations }): TableWork[] => {
    if (NOT_BY_SHAPE.includes(shape)) return [];
    const kinds = facts[shape]?.work?.target ?? [];
    const kind = (["rewrite", "index-build"] as const).find((one) => kinds.includes(one));
    if (kind === undefined) return [];
    return relations
      .filter(({ role }) => role === "target")
      .map(({ schema, name }) => ({
        name,
        ...(schema !== undefined && { schema }),
        kind,
        certain: !MAYBE.includes(shape),
      }));
  });
  return [...found, ...columnWork(statement.node)];
}

/** `add column id serial`, `add column email text unique`. */
function columnWork(node: Node): TableWork[] {
  if (!("AlterTableStmt" in node)) return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  const kinds = new Set(
    cmds.flatMap((cmd): TableWork["kind"][] => {
      if (!("AlterTableCmd" in cmd) || cmd.AlterTableCmd.subtype !== "AT_AddColumn") return [];
      const { def } = cmd.AlterTableCmd;
      if (def === undefined || !("ColumnDef" in def)) return [];
      const type = stringList(def.ColumnDef.typeName?.names).at(-1) ?? "";
      if (/^(?:small|big)?serial[248]?$/.test(type)) return ["rewrite"];
      const unique = (def.ColumnDef.constraints ?? []).some(
        (one) =>
          "Constraint" in one &&
          ["CONSTR_UNIQUE", "CONSTR_PRIMARY"].includes(one.Constraint.contype ?? ""),
      );
      return unique ? ["index-build"] : [];
    }),
  );
  return fromRangeVar(relation).flatMap((name) =>
    [...kinds].map((kind) => ({ ...name, kind, certain: true })),
  );
}
