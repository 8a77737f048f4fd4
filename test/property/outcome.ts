/** What a folder of migrations ends in, in a form that two databases can be compared by. */
import { expect } from "vitest";

import { fingerprintQuery } from "../../src/history/fingerprint.ts";
import type { CliResult } from "../support/cli.ts";
import { expectNoLeftovers, type TestDatabase } from "../support/database.ts";
import { historySchema, homeSchema } from "../support/elsewhere.ts";

export interface Outcome {
  readonly catalog: string;
  /** Table to a hash over its rows in order. */
  readonly data: Readonly<Record<string, string>>;
  /** kind, version, name and checksum of each history row, in the order of applying. */
  readonly history: readonly string[];
}

export async function outcomeOf(db: TestDatabase): Promise<Outcome> {
  const { admin } = db;
  // Definitions are printed relative to the search_path.
  await admin.query("set search_path = ''");
  const [catalog] = await admin.query<{ fingerprint: string }>(fingerprintQuery(historySchema, ""));
  const tables = await admin.query<{ name: string }>(
    `select c.oid::pg_catalog.regclass::text as name from pg_catalog.pg_class c
     where c.relnamespace = '${homeSchema}'::pg_catalog.regnamespace and c.relkind = 'r' order by 1`,
  );
  expect(tables, "tables to compare").not.toEqual([]);
  const data: Record<string, string> = {};
  for (const { name } of tables) {
    const [hash] = await admin.query<{ md5: string }>(
      `select pg_catalog.md5(pg_catalog.string_agg(r::text, ';' order by r::text)) as md5 from ${name} r`,
    );
    data[name] = hash!.md5;
  }
  const rows = await admin.query<{ row: string }>(
    `select pg_catalog.concat_ws(' ', kind, version, name, checksum) as row
     from lockstep.migrations order by seq`,
  );
  await admin.query("reset search_path");
  return { catalog: catalog!.fingerprint, data, history: rows.map(({ row }) => row) };
}

/** Nothing half-done is left: no journal, no invalid index, no run without an end but killed ones. */
export async function expectSettled(db: TestDatabase): Promise<void> {
  expect(await db.admin.query("select * from lockstep.journal")).toEqual([]);
  const invalid = await db.admin.query(
    "select indexrelid::pg_catalog.regclass::text as name from pg_catalog.pg_index where not indisvalid",
  );
  expect(invalid).toEqual([]);
  await expectNoLeftovers(db, 5_000);
}

/** Fails with everything that the runner said. */
export function expectEnd(result: CliResult, allowed: readonly (number | NodeJS.Signals)[]): void {
  const end = result.signal ?? result.code;
  if (end !== null && allowed.includes(end)) return;
  throw new Error(`ended with ${end}\n${result.stdout.slice(-4000)}\n${result.stderr}`);
}
