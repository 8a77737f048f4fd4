/** The only place where identifiers and literals become SQL text. */

/** Always quoted, so that no name is a keyword and case is kept. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/**
 * For the few texts that cannot take a parameter (utility statements, DO). Written as E'' whenever
 * a backslash is present, so that the result does not depend on standard_conforming_strings.
 */
export function quoteLiteral(value: string): string {
  const doubled = value.replaceAll("'", "''");
  return doubled.includes("\\") ? `E'${doubled.replaceAll("\\", "\\\\")}'` : `'${doubled}'`;
}
