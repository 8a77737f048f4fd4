/** Rules that speak against a type: one report for each column that gets it. */
import type { StatementContext } from "../../context.ts";
import type { Report } from "../../rule.ts";
import { type DeclaredType, declaredTypes } from "./columns.ts";

/** `say` gives the message about a column, written `orders.id`; undefined where nothing is wrong. */
export function* aboutTypes(
  context: StatementContext,
  say: (declared: DeclaredType, column: string) => string | undefined,
): Generator<Report> {
  for (const declared of declaredTypes(context)) {
    const { column, relation, location } = declared;
    const message = say(declared, `\`${relation}.${column}\``);
    if (message !== undefined) yield { message, at: location, relation };
  }
}

/** Of pg_catalog, by the grammar's own name: `int4`. */
export function isBuiltIn({ type }: DeclaredType, ...names: readonly string[]): boolean {
  return type.schema === undefined && names.includes(type.name);
}
