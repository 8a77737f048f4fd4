/** Measures many cases on one server, each in a database of its own. */
import { Client } from "pg";
import { createDatabaseSql } from "../../src/sandbox/create-database.ts";
import type { PostgresMajor } from "../../src/sandbox/binaries.ts";
import type { AccuracyCase } from "./read-cases.ts";
import { measureCase } from "./truth.ts";
import type { MeasuredTruth } from "./truth-file.ts";
import type { Truth } from "./work.ts";

/** What belongs to a server and not to a database; the cases may name it. */
const AROUND = [
  "set allow_in_place_tablespaces = on",
  "create tablespace archive location ''",
  "create role app_owner",
  "create role app_reader",
];

/**
 * Whether a timestamp with and one without time zone have the same bytes depends on the session;
 * it is UTC, as in the runner's sessions, where a migration says nothing else.
 */
export const MEASURED_SETTINGS = {
  autovacuum: "off",
  timezone: "UTC",
  fsync: "off",
} as const;

export async function measureAll(
  url: (database: string) => string,
  major: PostgresMajor,
  cases: readonly AccuracyCase[],
): Promise<MeasuredTruth> {
  const admin = new Client({ connectionString: url("postgres") });
  await admin.connect();
  try {
    for (const statement of AROUND) await admin.query(statement);
    const truth = new Map<string, Truth>();
    for (const [index, one] of cases.entries()) {
      const name = `accuracy_${index}`;
      await admin.query(createDatabaseSql(name, "template1", major));
      truth.set(one.id, await measureCase(url(name), one));
      await admin.query(`drop database ${name} with (force)`);
    }
    return truth;
  } finally {
    await admin.end();
  }
}
