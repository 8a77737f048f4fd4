/**
 * VALIDATE CONSTRAINT reads every row under SHARE UPDATE EXCLUSIVE, and writes go on meanwhile. What
 * makes it harmful is a stronger lock that somebody else's writes wait for until it has ended: one
 * of the same statement, or one that its transaction holds already.
 */
import { constraintOf, tableAt } from "../../catalog/find.ts";
import { blocksWrites } from "../../locks/lock-mode.ts";
import type { EffectLock, HeldLock, StatementContext, Work } from "../context.ts";
import type { Part } from "./part.ts";
import { mayHaveRows } from "./partitions.ts";
import type { EffectState } from "./state.ts";
import { type Target, textOf } from "./target.ts";

export function validateParts(name: string, { table, name: relation, state }: Target): Part[] {
  const constraint = constraintOf(table, name);
  if (constraint?.valid === true) return [];
  const kind = constraint?.kind;
  const id =
    kind === "foreign-key"
      ? "validate-constraint:foreign-key"
      : kind === "not-null"
        ? "validate-constraint:not-null"
        : "validate-constraint:check";
  return [
    {
      case: `alter-table/${id}`,
      cause: "validate-while-holding-lock",
      validates: { name, constraint },
      on: table ?? relation,
      also: tableAt(state.catalog, constraint?.references?.table),
      reason: `\`${name}\` is tested against each row`,
    },
  ];
}

/** Under its own lock nobody waits; the cause is chosen here, where the other locks are known. */
export function validateWork(
  work: Work,
  { on, also, validates }: Part,
  locks: readonly EffectLock[],
  { catalog, transaction }: EffectState,
): Work {
  if (validates === undefined) return work;
  const { name, constraint } = validates;
  const table = "key" in on ? on : undefined;
  const at = table?.key ?? textOf(on);
  const own = locks.find((lock) => (lock.key ?? lock.relation) === at)?.mode;
  if (own !== undefined && blocksWrites(own)) {
    return {
      ...work,
      cause: "validate-combined-with-stronger-subcommand",
      reason: `\`${name}\` is tested, and another sub-command needs ${own}`,
    };
  }
  const blocking = [...(transaction?.held ?? [])].filter(([, { mode }]) => blocksWrites(mode));
  const near = heldOn(blocking, at) ?? (also && heldOn(blocking, also.key));
  // Whoever waits for any other table of the transaction waits for these rows as well.
  const held = near ?? blocking[0]?.[1];
  if (held === undefined) return work;
  const made =
    constraint === undefined
      ? transaction?.statements.some((before) => adds(before, name)) === true
      : constraint.madeIn === catalog.step;
  return {
    ...work,
    cause: made ? "not-valid-and-validate-same-txn" : "validate-while-holding-lock",
    mode: held.mode,
    ...(near === undefined && { elsewhere: true }),
    harmful: work.harmful || (near === undefined && mayHaveRows(table, catalog)),
    reason: `\`${name}\` is tested while line ${held.by.line} still holds ${held.mode} on \`${held.relation}\``,
  };
}

function heldOn(held: readonly (readonly [string, HeldLock])[], at: string): HeldLock | undefined {
  return held.find(([key]) => key === at)?.[1];
}

function adds({ node }: StatementContext, name: string): boolean {
  if (!("AlterTableStmt" in node)) return false;
  return (node.AlterTableStmt.cmds ?? []).some((cmd) => {
    const def = "AlterTableCmd" in cmd ? cmd.AlterTableCmd.def : undefined;
    return def !== undefined && "Constraint" in def && def.Constraint.conname === name;
  });
}
