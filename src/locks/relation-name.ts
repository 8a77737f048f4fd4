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
  // Not recursive: `a + b + c + …` nests one level deeper with each term, thousands of them. Two
  // plain stacks, because this is the hottest loop of a plan and of lint.
  const keys: string[] = [""];
  const values: unknown[] = [tree];
  while (values.length > 0) {
    const key = keys.pop()!;
    const value = values.pop();
    if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at--) {
        keys.push(key);
        values.push(value[at]);
      }
    } else if (typeof value === "object" && value !== null) {
      const fields = value as Record<string, unknown>;
      visit(key, fields);
      const names = Object.keys(fields);
      for (let at = names.length - 1; at >= 0; at--) {
        const child = fields[names[at]!];
        if (typeof child !== "object") continue;
        keys.push(names[at]!);
        values.push(child);
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
