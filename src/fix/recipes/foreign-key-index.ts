/** The index that a foreign key lacks: a file behind the statement that adds the key. */
import type { Constraint } from "@pgsql/types";
import { freeRelationName, joinedColumns } from "../../catalog/replay/names.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { isFields, stringList, walk } from "../../sql/tree.ts";
import { tokensIn, alterTableText } from "../alter-table-text.ts";
import { keyword } from "../../sql/lexer.ts";
import { schemaFor } from "../../catalog/find.ts";
import { type PlannedFile, type RecipeContext, type Refusal, refuse } from "../recipe.ts";

export interface AddedIndexes {
  readonly file: PlannedFile;
  readonly names: readonly string[];
}

export function foreignKeyIndexes(context: RecipeContext): AddedIndexes | Refusal {
  const { node, catalog } = context;
  const relation =
    "CreateStmt" in node
      ? node.CreateStmt.relation
      : "AlterTableStmt" in node
        ? node.AlterTableStmt.relation
        : undefined;
  const name = relation?.relname;
  const written = writtenName(context);
  if (name === undefined || written === undefined)
    return refuse("it makes no foreign key by itself");
  const schema = schemaFor(catalog, { schema: relation?.schemaname, name });
  const lists = foreignKeysOf(node);
  if (lists.length === 0) return refuse("it makes no foreign key by itself");
  const made = lists.map((columns) => ({
    columns,
    index: freeRelationName(catalog, schema, [name, joinedColumns(columns), "idx"], false),
  }));
  const text = made.map(
    ({ columns, index }) =>
      `create index concurrently ${quoteIdent(index)} on ${written} (${columns.map(quoteIdent).join(", ")});\n`,
  );
  return {
    names: made.map(({ index }) => index),
    file: {
      phase: "expand",
      name: "index",
      language: "sql",
      text: text.join(""),
      deployBoundaryBefore: false,
    },
  };
}

/** The columns of each, as lists; those of a column are its own. */
function foreignKeysOf(node: RecipeContext["node"]): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  walk(node, (type, fields) => {
    if (type === "ColumnDef") {
      const constraints = Array.isArray(fields["constraints"]) ? fields["constraints"] : [];
      const refers = constraints.some(
        (one: unknown) =>
          isFields(one) &&
          isFields(one["Constraint"]) &&
          one["Constraint"]["contype"] === "CONSTR_FOREIGN",
      );
      if (refers) found.push([String(fields["colname"])]);
      return;
    }
    const { contype, fk_attrs } = fields as Constraint;
    if (type !== "Constraint" || contype !== "CONSTR_FOREIGN" || fk_attrs === undefined) return;
    found.push(stringList(fk_attrs));
  });
  return found;
}

function writtenName({ bytes, statement }: RecipeContext): string | undefined {
  const alter = alterTableText(bytes, statement);
  if (alter !== undefined) return alter.relation;
  const tokens = tokensIn(bytes, statement.start, statement.end);
  let at = tokens.findIndex((token) => keyword(bytes, token) === "table") + 1;
  while (["if", "not", "exists"].includes(tokens[at] ? keyword(bytes, tokens[at]!) : "")) at++;
  const first = tokens[at];
  const open = tokens.findIndex((token) => token.kind === "open");
  if (at === 0 || first === undefined || open <= at) return undefined;
  return bytes.toString("utf8", first.start, tokens[open - 1]!.end);
}
