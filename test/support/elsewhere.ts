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
/** As it stands in SQL where no table follows: `grant usage on schema ${historyIdent}`. */
export const historyIdent: string = quoteIdent(historySchema);
export const searchPath: string | undefined = process.env["LOCKSTEP_TEST_SEARCH_PATH"] || undefined;

/** Where the tables of the migrations are, when they do not say it themselves. */
export const homeSchema: string = pathSchemas()[0] ?? "public";

if (historySchema !== "lockstep") Object.assign(DEFAULT_SETTINGS, { historySchema });

const HISTORY_TABLE = /\blockstep\.(?=(?:migrations|runs|journal|state|audit|heartbeats)\b)/g;

export function inHistorySchema(sql: string): string {
  if (historySchema === "lockstep") return sql;
  return sql.replaceAll(HISTORY_TABLE, () => `${historyIdent}.`);
}

/** What a fresh database needs before anybody connects to it to work. */
export function searchPathSql(database: string): string[] {
  if (searchPath === undefined) return [];
  return [
    ...pathSchemas().map((name) => `create schema if not exists ${name}`),
    `alter database ${quoteIdent(database)} set search_path = ${searchPath}`,
  ];
}

/** All but `public`, as they stand in SQL. */
function pathSchemas(): string[] {
  return (searchPath ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => !["", "public", '"$user"', "''"].includes(name));
}

/** For the command as a process. */
export function environment(): Record<string, string> {
  return historySchema === "lockstep" ? {} : { LOCKSTEP_HISTORY_SCHEMA: historySchema };
}
