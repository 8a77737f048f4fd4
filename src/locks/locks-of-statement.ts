/**
 * The locks that a statement takes on relations that its text names, from the measured facts.
 * Never a guess that could be too weak: what nobody measured counts as ACCESS EXCLUSIVE on every
 * relation named, and says so with `known: false`.
 */
import type { Statement } from "../sql/statement.ts";
import type { LockFacts, LockRole, ShapeFacts } from "./lock-facts.ts";
import { type LockMode, strongest } from "./lock-mode.ts";
import { opaqueEffect } from "./opaque-effect.ts";
import { type RelationName, sameRelation } from "./relation-name.ts";
import { shapesOf } from "./shape.ts";
import type { ShapeRelation, StatementShape } from "./statement-shape.ts";

export { createdRelations } from "./created-relations.ts";
export { opaqueEffect } from "./opaque-effect.ts";
export type { LockFacts } from "./lock-facts.ts";

export interface StatementLock extends RelationName {
  readonly mode: LockMode;
  /** False when the statement's shape was not measured on this version. */
  readonly known: boolean;
  /** What the relation is to the statement; the role of its strongest lock. */
  readonly role: LockRole;
}

/** A lock on a relation that only the catalog can name: the table of a dropped index, for example. */
export interface ImpliedLock {
  readonly role: LockRole;
  readonly mode: LockMode;
  /** The relations of the text from which to look it up. */
  readonly of: readonly ShapeRelation[];
}

/** The facts of a major version; for one that is newer than all measured ones, the newest. */
export async function loadLockFacts(major: number): Promise<LockFacts> {
  const file = await factsModule(Math.min(18, Math.max(14, Math.trunc(major))));
  return file.default as LockFacts;
}

export function locksOf(stmt: Pick<Statement, "node">, facts: LockFacts): StatementLock[] {
  const merged: StatementLock[] = [];
  for (const shape of visibleShapes(stmt)) {
    const measured = facts[shape.shape];
    for (const { role, ...name } of shape.relations) {
      const mode = measured === undefined ? "ACCESS EXCLUSIVE" : measured.locks[role];
      // Measured, and not locked: a GRANT before PostgreSQL 18, for example.
      if (mode === undefined) continue;
      keepStrongest(merged, { ...name, mode, role, known: measured !== undefined });
    }
  }
  return merged;
}

/**
 * The locks on relations that the text does not name, if the catalog has any in that role: the
 * other end of a dropped foreign key, a default partition, the children.
 */
export function impliedLocksOf(stmt: Pick<Statement, "node">, facts: LockFacts): ImpliedLock[] {
  return visibleShapes(stmt).flatMap((shape) => impliedBy(shape, facts[shape.shape]?.locks ?? {}));
}

function impliedBy({ relations }: StatementShape, measured: ShapeFacts["locks"]): ImpliedLock[] {
  const named = new Set(relations.map(({ role }) => role));
  return Object.entries(measured)
    .map(([role, mode]) => ({ role: role as LockRole, mode, of: relations }))
    .filter(({ role }) => !named.has(role));
}

/** A query that calls functions may do anything; its reads alone would look like the whole truth. */
function visibleShapes(stmt: Pick<Statement, "node">): StatementShape[] {
  const shapes = shapesOf(stmt);
  const hidden = "SelectStmt" in stmt.node && opaqueEffect(stmt);
  return hidden ? shapes.filter(({ shape }) => shape !== "select") : shapes;
}

function keepStrongest(locks: StatementLock[], lock: StatementLock): void {
  const at = locks.findIndex((other) => sameRelation(other, lock));
  const before = locks[at];
  if (before === undefined) {
    locks.push(lock);
    return;
  }
  const known = before.known && lock.known;
  const mode = strongest([before.mode, lock.mode]);
  locks[at] = { ...(mode === before.mode ? before : lock), known };
}

/** Literal imports, so that a bundler sees each file and a run loads only the one it needs. */
function factsModule(major: number): Promise<{ default: unknown }> {
  switch (major) {
    case 14:
      return import("./facts/pg14.json", { with: { type: "json" } });
    case 15:
      return import("./facts/pg15.json", { with: { type: "json" } });
    case 16:
      return import("./facts/pg16.json", { with: { type: "json" } });
    case 17:
      return import("./facts/pg17.json", { with: { type: "json" } });
    default:
      return import("./facts/pg18.json", { with: { type: "json" } });
  }
}
