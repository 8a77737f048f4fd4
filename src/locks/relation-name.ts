/** Relation names as parse trees carry them, and finding every one of them in a tree. */
import type { Node, RangeVar } from "@pgsql/types";

export interface RelationName {
  readonly schema?: string;
  readonly name: string;
}

export function fromRangeVar(range: RangeVar | undefined): RelationName[] {
  if (range?.relname === undefined) return [];
  return [named(range.schemaname, range.relname)];
}

export function fromRangeVars(nodes: readonly Node[] | undefined): RelationName[] {
  return (nodes ?? []).flatMap((node) => ("RangeVar" in node ? fromRangeVar(node.RangeVar) : []));
}

/**
 * From `a.b` as the grammar writes object names: a List of Strings. `less` names at the end belong
 * to something inside the relation: 1 for `schema.table.column` or `schema.table.trigger`.
 */
export function fromNameList(node: Node | undefined, less = 0): RelationName[] {
  const words = strings(node);
  const name = words.at(-1 - less);
  if (name === undefined) return [];
  return [named(words.at(-2 - less), name)];
}

/** Every relation that a tree names, without the names that its WITH clauses define. */
export function relationsIn(tree: unknown): RelationName[] {
  const found: RelationName[] = [];
  const own = new Set<string>();
  walk(tree, (key, value) => {
    if (key === "CommonTableExpr" && typeof value["ctename"] === "string")
      own.add(value["ctename"]);
    if (typeof value["relname"] === "string") found.push(...fromRangeVar(value));
  });
  return unique(found.filter(({ schema, name }) => schema !== undefined || !own.has(name)));
}

/** Calls `visit` for every object of a tree, outermost first, with the key it was found under. */
export function walk(
  tree: unknown,
  visit: (key: string, value: Readonly<Record<string, unknown>>) => void,
): void {
  // Not recursive: `a + b + c + …` nests one level deeper with each term, thousands of them.
  const ahead: { readonly key: string; readonly value: unknown }[] = [{ key: "", value: tree }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { key, value } = next;
    if (Array.isArray(value)) {
      for (const item of value.toReversed()) ahead.push({ key, value: item });
    } else if (typeof value === "object" && value !== null) {
      visit(key, value as Record<string, unknown>);
      for (const [name, child] of Object.entries(value).toReversed()) {
        ahead.push({ key: name, value: child });
      }
    }
  }
}

export function sameRelation(one: RelationName, other: RelationName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

export function unique(names: readonly RelationName[]): RelationName[] {
  return names.filter((name, at) => names.findIndex((other) => sameRelation(name, other)) === at);
}

function named(schema: string | undefined, name: string): RelationName {
  return schema === undefined ? { name } : { schema, name };
}

function strings(node: Node | undefined): string[] {
  if (node === undefined) return [];
  if ("String" in node) return [node.String.sval ?? ""];
  if (!("List" in node)) return [];
  return (node.List.items ?? []).flatMap((item) => strings(item));
}
