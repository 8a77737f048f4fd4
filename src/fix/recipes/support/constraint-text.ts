/** Constraints as their author wrote them, cut out of columns and sub-commands. */
import type { Constraint } from "@pgsql/types";
import { keyword } from "../../../sql/lexer.ts";
import { tokensIn, type TextRange } from "../../alter-table-text.ts";
import type { RecipeContext } from "../../recipe.ts";

/** Without `constraint name` in front of it. */
export function withoutName(bytes: Buffer, { start, end }: TextRange): string {
  const tokens = tokensIn(bytes, start, end);
  const named = tokens[0] !== undefined && keyword(bytes, tokens[0]) === "constraint";
  return bytes.toString("utf8", named ? (tokens[2]?.start ?? start) : start, end);
}

/** What `add` adds. */
export function behindAdd(bytes: Buffer, { start, end }: TextRange): TextRange {
  const from = tokensIn(bytes, start, end)[1]?.start ?? start;
  return { start: from, end, text: bytes.toString("utf8", from, end) };
}

export interface ColumnConstraint {
  readonly constraint: Constraint;
  readonly range: TextRange;
}

/**
 * The constraints of a column definition, each with the attributes behind it (DEFERRABLE), from the
 * first one to the end. Undefined when something else stands among them.
 */
export function columnConstraints(
  constraints: readonly Constraint[],
  command: TextRange,
  { bytes, nodeOffset }: Pick<RecipeContext, "bytes" | "nodeOffset">,
): ColumnConstraint[] | undefined {
  const own = constraints.filter(({ contype = "" }) => !contype.startsWith("CONSTR_ATTR_"));
  const starts = own.map(({ location }) => (location === undefined ? -1 : nodeOffset(location)));
  if (starts.some((at) => at < command.start || at >= command.end)) return undefined;
  return own.map((constraint, at) => {
    const start = starts[at]!;
    const until = starts[at + 1] ?? command.end;
    // Spaces and comments before the next one belong to neither.
    const end = tokensIn(bytes, start, until).at(-1)?.end ?? until;
    return { constraint, range: { start, end, text: bytes.toString("utf8", start, end) } };
  });
}
