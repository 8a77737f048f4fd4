/** Walking parse trees. A node is an object with one key that names its type. */

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Calls `visit` with each node type and its fields, from the outside in. Fields that have a fixed
 * type (`relation: RangeVar`) come without the naming key; they are visited under their field's
 * name, which begins in lower case.
 */
export function walk(value: unknown, visit: (type: string, fields: Fields) => void): void {
  // Not recursive: `a + b + c + …` nests one level deeper with each term, thousands of them.
  const types: (string | undefined)[] = [undefined];
  const values: unknown[] = [value];
  while (values.length > 0) {
    const type = types.pop();
    const next = values.pop();
    if (Array.isArray(next)) {
      for (let at = next.length - 1; at >= 0; at--) {
        types.push(undefined);
        values.push(next[at]);
      }
      continue;
    }
    if (!isFields(next)) continue;
    if (type !== undefined) visit(type, next);
    const keys = Object.keys(next);
    for (let at = keys.length - 1; at >= 0; at--) {
      const child = next[keys[at]!];
      if (typeof child !== "object") continue;
      types.push(keys[at]);
      values.push(child);
    }
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The strings of a list such as a qualified name: `[{String: {sval}}, …]`. */
export function stringList(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const text = stringOf(one);
    return text === undefined ? [] : [text];
  });
}

/** The text of a `{String: {sval}}` node; the tree leaves an empty one out. */
export function stringOf(value: unknown): string | undefined {
  if (!isFields(value) || !isFields(value["String"])) return undefined;
  const text = value["String"]["sval"];
  return typeof text === "string" ? text : "";
}

/** The bodies of functions and DO blocks given as strings, in a statement's tree. */
export function bodies(tree: unknown): string[] {
  const found: string[] = [];
  walk(tree, (type, fields) => {
    if (type !== "DefElem" || fields["defname"] !== "as" || !isFields(fields["arg"])) return;
    const arg = fields["arg"];
    const single = stringOf(arg);
    const list = isFields(arg["List"]) ? stringList(arg["List"]["items"]) : [];
    found.push(...(single === undefined ? list : [single]));
  });
  return found;
}
