/** The subcommands of ALTER TABLE that change a constraint. */
import type { Constraint, Table } from "../catalog.ts";
import { columnOf, constraintOf, tableAt } from "../find.ts";
import { leavesWithParent } from "./alter-column.ts";
import type { Alteration } from "./alter-table.ts";
import { inheritToBelow, sameIn } from "./constraints.ts";
import type { Replay } from "./context.ts";
import { dropConstraint } from "./drop-column.ts";

export function dropConstraintCommand({ replay, table, command, only }: Alteration): void {
  const constraint = constraintOf(table, command.name);
  if (constraint === undefined) return;
  dropWithBelow(replay, table, constraint, { cascade: command.behavior === "DROP_CASCADE", only });
}

function dropWithBelow(
  replay: Replay,
  table: Table,
  constraint: Constraint,
  options: { readonly cascade: boolean; readonly only: boolean },
): void {
  dropConstraint(replay, table, constraint, options.cascade);
  // Indexes and foreign keys of partitions go with what they are attached to.
  if (constraint.kind !== "check" && constraint.kind !== "not-null") return;
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(replay.catalog, key);
    const inherited = below && sameIn(below, constraint);
    if (below === undefined || inherited === undefined) continue;
    if (options.only) {
      delete inherited.local;
      leavesWithParent(inherited);
    } else if (leavesWithParent(inherited)) dropWithBelow(replay, below, inherited, options);
  }
}

export function validateConstraint({ replay, table, command, only }: Alteration): void {
  const constraint = constraintOf(table, command.name);
  if (constraint !== undefined) validate(replay, table, constraint, only);
}

function validate(replay: Replay, table: Table, constraint: Constraint, only: boolean): void {
  constraint.valid = true;
  if (constraint.kind === "not-null") {
    const column = columnOf(table, constraint.columns[0]);
    if (column !== undefined) column.notNull = true;
  }
  if (only) return;
  for (const key of [...table.partitions, ...table.children]) {
    const below = tableAt(replay.catalog, key);
    const inherited = below && sameIn(below, constraint);
    if (inherited !== undefined) validate(replay, below!, inherited, only);
  }
}

export function alterConstraint({ replay, table, command, only }: Alteration): void {
  const { def } = command;
  if (def === undefined || !("ATAlterConstraint" in def)) return;
  const change = def.ATAlterConstraint;
  const constraint = constraintOf(table, change.conname);
  if (constraint === undefined) return;
  if (change.alterDeferrability === true) {
    if (change.deferrable === true) constraint.deferrable = true;
    else delete constraint.deferrable;
  }
  if (change.alterEnforceability === true) {
    constraint.enforced = change.is_enforced === true;
    // Enforced again, the server looks at every row.
    constraint.valid = constraint.enforced;
  }
  if (change.alterInheritability === true) {
    if (change.noinherit === true) constraint.noInherit = true;
    else {
      delete constraint.noInherit;
      if (!only) inheritToBelow(replay, table, constraint);
    }
  }
  for (const key of table.partitions) {
    const partition = tableAt(replay.catalog, key);
    const below = partition && sameIn(partition, constraint);
    if (below === undefined || below.kind !== "foreign-key") continue;
    below.enforced = constraint.enforced;
    below.valid = constraint.valid;
    if (constraint.deferrable === true) below.deferrable = true;
    else delete below.deferrable;
  }
}
