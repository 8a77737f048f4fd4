/** What shape.ts answers: shapes, and who plays which role in them. */
import type { LockRole } from "./lock-facts.ts";
import { type RelationName, relationsIn } from "./relation-name.ts";

export const UNKNOWN_SHAPE = "unknown";

export interface ShapeRelation extends RelationName {
  readonly role: LockRole;
}

export interface StatementShape {
  readonly shape: string;
  readonly relations: readonly ShapeRelation[];
}

/** The shape of what nobody has measured. */
export function unknownShape(tree: unknown): StatementShape {
  return shape(UNKNOWN_SHAPE, { target: relationsIn(tree) });
}

export function shape(
  id: string,
  roles: Readonly<Partial<Record<LockRole, readonly RelationName[]>>>,
): StatementShape {
  const relations = Object.entries(roles).flatMap(([role, names]) =>
    names.map((name) => ({ role: role as LockRole, ...name })),
  );
  return { shape: id, relations };
}
