/** The table of an ALTER TABLE, and words for the parts of it. */
import type { AlterTableCmd } from "@pgsql/types";
import type { Table } from "../../catalog/catalog.ts";
import type { Name } from "../../catalog/find.ts";
import type { RelationName } from "../../locks/relation-name.ts";
import type { EffectState } from "./state.ts";

export interface Target {
  /** Undefined where the catalog has not seen it. */
  readonly table: Table | undefined;
  readonly name: RelationName;
  readonly state: EffectState;
  /** False for ALTER TABLE ONLY. */
  readonly inherits: boolean;
  /** Constraints that the same statement drops: it does so before it looks for proofs. */
  readonly dropped: ReadonlySet<string>;
  /** Columns for which the same statement says SET NOT NULL. */
  readonly required: ReadonlySet<string>;
}

export function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** As the locks of a statement name what the catalog has not seen. */
export function textOf({ schema, name }: Name): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

export function droppedBy(cmds: readonly AlterTableCmd[]): ReadonlySet<string> {
  return new Set(
    cmds.flatMap(({ subtype, name }) =>
      subtype === "AT_DropConstraint" && name !== undefined ? [name] : [],
    ),
  );
}

export function madeNotNull(cmds: readonly AlterTableCmd[]): ReadonlySet<string> {
  return new Set(
    cmds.flatMap(({ subtype, name }) => (subtype === "AT_SetNotNull" ? (name ?? []) : [])),
  );
}
