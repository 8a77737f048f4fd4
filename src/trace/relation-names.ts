/** Names of relations as the server quotes them, as people write them, and as a key to compare by. */

/** `public."Order lines"` → `public`, `Order lines`. */
export function nameParts(quoted: string): { readonly schema: string; readonly name: string } {
  const parts = [...quoted.matchAll(/"((?:[^"]|"")*)"|[^."]+/g)].map(
    ([whole, inner]) => inner?.replaceAll('""', '"') ?? whole,
  );
  const name = parts.at(-1) ?? quoted;
  return { schema: parts.length > 1 ? parts[0]! : "public", name };
}

/** `orders`, `billing.orders`. */
export function forPeople(quoted: string): string {
  const { schema, name } = nameParts(quoted);
  return schema === "public" ? name : `${schema}.${name}`;
}
