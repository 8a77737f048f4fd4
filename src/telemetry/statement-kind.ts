/** `CREATE INDEX CONCURRENTLY`: the kind of a statement, as a label with few values. */

const VERBS = "CREATE|ALTER|DROP|COMMENT ON";
const OBJECTS =
  "TABLE|INDEX|VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|DOMAIN|FUNCTION|PROCEDURE|TRIGGER|POLICY|SCHEMA|EXTENSION|ROLE|DATABASE|PUBLICATION|SUBSCRIPTION|COLUMN";
const ALONE =
  "INSERT|UPDATE|DELETE|MERGE|SELECT|COPY|DO|CALL|GRANT|REVOKE|VACUUM|ANALYZE|CLUSTER|REINDEX|REFRESH MATERIALIZED VIEW|TRUNCATE|SET|LOCK|VALUES|WITH";

const BETWEEN = String.raw`(?:(?:UNIQUE|OR REPLACE|TEMP|TEMPORARY|UNLOGGED|RECURSIVE)\s+)*`;
const OF_OBJECT = new RegExp(String.raw`^(${VERBS})\s+${BETWEEN}(${OBJECTS})\b`);
const CONCURRENTLY =
  /^(?:(?:CREATE|DROP|REFRESH)(?: \w+)? (?:INDEX|VIEW)|REINDEX (?:\([^)]*\) )?\w+) CONCURRENTLY\b/;
const OF_ITSELF = new RegExp(String.raw`^(${ALONE})\b`);

/**
 * `statement` is the summary of a `step-started` event. What is not in the lists is `OTHER`: words
 * of the author never become a label.
 */
export function statementKind(statement: string): string {
  const words = statement
    .replaceAll(/\/\*.*?\*\/|--[^\n]*\n/gs, " ")
    .trim()
    .toUpperCase()
    .replaceAll(/\s+/g, " ");
  const [, verb, object] = OF_OBJECT.exec(words) ?? [];
  const alone = OF_ITSELF.exec(words)?.[1];
  const kind = verb !== undefined ? `${verb} ${object}` : alone;
  if (kind === undefined) return "OTHER";
  return CONCURRENTLY.test(words) ? `${kind} CONCURRENTLY` : kind;
}
