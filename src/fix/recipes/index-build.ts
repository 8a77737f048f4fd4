/** An index of a partitioned table: one for each partition, CONCURRENTLY, and then attached. */
import type { IndexStmt } from "@pgsql/types";
import { written, type Catalog, type Table } from "../../catalog/catalog.ts";
import { findTable, nameOf, tableAt } from "../../catalog/find.ts";
import { shapeOfStatement } from "../../catalog/replay/index-shape.ts";
import { figuredName } from "../../catalog/replay/figure-name.ts";
import { distinctNames, freeRelationName, joinedColumns } from "../../catalog/replay/names.ts";
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import { keyword } from "../../sql/lexer.ts";
import { tokensIn } from "../alter-table-text.ts";
import {
  type Plan,
  type PlannedFile,
  type RecipeContext,
  type Refusal,
  refuse,
} from "../recipe.ts";

export function indexBuild(context: RecipeContext): Plan | Refusal {
  const { node, catalog } = context;
  if (!("IndexStmt" in node)) return refuse("it builds no index");
  const statement = node.IndexStmt;
  const table = findTable(catalog, nameOf(statement.relation));
  if (table?.kind !== "partitioned-table")
    return refuse("the history has no such partitioned table");
  const definition = behindTable(context);
  if (definition === undefined) return refuse("its text cannot be taken apart");
  const plan: Built = { leaves: [], attach: [] };
  const unique = statement.unique === true ? "unique " : "";
  const name = statement.idxname ?? nameFor(table, statement, catalog);
  const parent = { name, schema: table.schema, relation: definition.relation, table };
  const root = `create ${unique}index ${quoteIdent(name)} on only ${definition.relation}${definition.rest};\n`;
  const middle: string[] = [];
  below(parent, { statement, catalog, rest: definition.rest, unique, middle, plan });
  const base = { language: "sql", deployBoundaryBefore: false } as const;
  const files: PlannedFile[] = [
    { ...base, phase: "expand", name: "index", text: root + middle.join("") },
    ...(plan.leaves.length > 0
      ? [{ ...base, phase: "expand" as const, name: "partitions", text: plan.leaves.join("") }]
      : []),
    ...(plan.attach.length > 0
      ? [{ ...base, phase: "contract" as const, name: "attach", text: plan.attach.join("") }]
      : []),
  ];
  return { of: `the index ${name} on ${written(table)}`, files };
}

interface Built {
  readonly leaves: string[];
  readonly attach: string[];
}

interface Parent {
  readonly name: string;
  readonly schema: string;
  readonly table: Table;
}

interface Below {
  readonly statement: IndexStmt;
  readonly catalog: Catalog;
  readonly rest: string;
  readonly unique: string;
  readonly middle: string[];
  readonly plan: Built;
}

function below(parent: Parent, into: Below): void {
  const { statement, catalog, rest, unique, middle, plan } = into;
  for (const key of parent.table.partitions) {
    const table = tableAt(catalog, key);
    if (table === undefined) continue;
    const name = nameFor(table, statement, catalog);
    const relation = qualified(table.schema, table.name);
    if (table.kind === "partitioned-table") {
      middle.push(`create ${unique}index ${quoteIdent(name)} on only ${relation}${rest};\n`);
      below({ name, schema: table.schema, table }, into);
    } else {
      plan.leaves.push(
        `create ${unique}index concurrently ${quoteIdent(name)} on ${relation}${rest};\n`,
      );
    }
    plan.attach.push(
      `alter index ${qualified(parent.schema, parent.name)} attach partition ${qualified(table.schema, name)};\n`,
    );
  }
}

/** As the server names the index of a partition. */
function nameFor(table: Table, statement: IndexStmt, catalog: Catalog): string {
  const { columns, include } = shapeOfStatement(statement);
  const names = [...columns, ...include].map((column) =>
    typeof column === "string" ? column : (figuredName(column) ?? "expr"),
  );
  const joined = joinedColumns(distinctNames(names));
  return freeRelationName(catalog, table.schema, [table.name, joined, "idx"], false);
}

/** What stands behind the table's name: method, columns, predicate. */
function behindTable({
  bytes,
  statement,
}: RecipeContext): { readonly relation: string; readonly rest: string } | undefined {
  const tokens = tokensIn(bytes, statement.start, statement.end);
  let at = tokens.findIndex((token) => keyword(bytes, token) === "on") + 1;
  if (at === 0) return undefined;
  if (tokens[at] && keyword(bytes, tokens[at]!) === "only") at++;
  const first = tokens[at];
  if (first === undefined) return undefined;
  let last = at;
  while (tokens[last + 1]?.kind === "other" && bytes[tokens[last + 1]!.start] === 46) last += 2;
  const { end } = tokens[last]!;
  return {
    relation: bytes.toString("utf8", first.start, end),
    rest: bytes.toString("utf8", end, statement.end),
  };
}
