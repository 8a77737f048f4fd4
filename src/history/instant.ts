/** Instants out of the history. */

/**
 * ISO 8601 in UTC, or null. Formatted by the server, so that neither TimeZone nor DateStyle of the
 * role has a say.
 */
export function iso(expression: string): string {
  return `pg_catalog.to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
