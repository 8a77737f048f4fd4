/**
 * The whole suite with the history and the tables elsewhere than usual:
 *
 *   LOCKSTEP_TEST_HISTORY_SCHEMA='my "odd" schema'  where every run of a test keeps its history
 *   LOCKSTEP_TEST_SEARCH_PATH='app, public'         the search_path of every fresh database
 *
 * Tests go on to say `lockstep.migrations` in their own SQL; `inHistorySchema` puts the name right.
 * A test that sets one of the two itself keeps what it sets.
 */
import { quoteIdent } from "../../src/postgres/identifiers.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";

export const historySchema: string = process.env["LOCKSTEP_TEST_HISTORY_SCHEMA"] || "lockstep";
export const searchPath: string | undefined = process.env["LOCKSTEP_TEST_SEARCH_PATH"] || undefined;

if (historySchema !== "lockstep") Object.assign(DEFAULT_SETTINGS, { historySchema });

const HISTORY_TABLE = /\blockstep\.(?=(?:migrations|runs|journal|state|audit)\b)/g;

export function inHistorySchema(sql: string): string {
  if (historySchema === "lockstep") return sql;
  return sql.replaceAll(HISTORY_TABLE, () => `${quoteIdent(historySchema)}.`);
}

/** What a fresh database needs before anybody connects to it to work. */
export function searchPathSql(database: string): string[] {
  if (searchPath === undefined) return [];
  const schemas = searchPath
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "public" && name !== '"$user"' && name !== "''");
  return [
    ...schemas.map((name) => `create schema if not exists ${name}`),
    `alter database ${quoteIdent(database)} set search_path = ${searchPath}`,
  ];
}

/** For the command as a process. */
export function environment(): Record<string, string> {
  return historySchema === "lockstep" ? {} : { LOCKSTEP_HISTORY_SCHEMA: historySchema };
}
