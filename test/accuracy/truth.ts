/**
 * What a server really does with a case: which long work existing tables suffer, and under which
 * locks.
 *
 * T1 An existing table is one that was there before the migration, also when the migration renames
 *    it; a table that the migration itself makes is nobody's yet.
 * T2 Work counts for a table only while the session holds SHARE or more on it, or on the index that
 *    is worked on, which every writer locks, too; whether by the same statement or by an earlier one
 *    of the transaction.
 * T3 What the server does is taken from the server: its messages of level debug1, the file nodes,
 *    and the rows it has read from end to end, because it scans default partitions and tables with
 *    columns of a domain without a word. Statements of data are no exception: an UPDATE of all rows
 *    under a lock of an earlier statement is a scan under that lock.
 */
import { Client } from "pg";
import type { LongWork } from "../../src/lint/finding.ts";
import { parseFile } from "../../src/sql/parse-file.ts";
import { loadParser } from "../../src/sql/parser.ts";
import type { AccuracyCase } from "./read-cases.ts";
import { listTables, readLocks } from "./server-state.ts";
import { measureOutside } from "./truth-outside.ts";
import {
  codeOf,
  failed,
  type MeasureSession,
  namedLocks,
  type Statement,
  type Truth,
  truthOf,
  workOf,
} from "./work.ts";

/** `25001`: active_sql_transaction, "… cannot run inside a transaction block". */
const NOT_IN_TRANSACTION = "25001";

/** Measures a case in a database of its own, which `url` leads to and which must be empty. */
export async function measureCase(url: string, one: AccuracyCase): Promise<Truth> {
  const runner = new Client({ connectionString: url });
  const notices: string[] = [];
  runner.on("notice", ({ message }) => void notices.push(message ?? ""));
  await runner.connect();
  try {
    const refused = await runner.query(one.history).then(() => undefined, codeOf);
    if (refused !== undefined) return failed(`history ${refused}`);
    const statements = await split(one.sql);
    const session = await beginMeasuring(runner, notices);
    const truth = await measureInside(session, statements);
    return truth.error === NOT_IN_TRANSACTION
      ? await measureOutside(url, session, statements)
      : truth;
  } finally {
    await runner.end();
  }
}

/** What is there now is what existed before the migration. */
export async function beginMeasuring(runner: Client, notices: string[]): Promise<MeasureSession> {
  const before = await listTables(runner);
  await runner.query("set client_min_messages = debug1");
  return { runner, notices, before };
}

async function split(sql: string): Promise<Statement[]> {
  const bytes = Buffer.from(sql);
  const parsed = await parseFile({ path: "case.sql", bytes, parser: await loadParser() });
  if (parsed.opaque !== undefined) return [{ text: sql, kind: "unreadable" }];
  return parsed.statements.map(({ text, node }) => ({
    text,
    kind: Object.keys(node)[0] ?? "unreadable",
  }));
}

/** In one transaction, which is rolled back. */
export async function measureInside(
  session: MeasureSession,
  statements: readonly Statement[],
): Promise<Truth> {
  const { runner } = session;
  await runner.query("begin");
  try {
    const work = new Set<LongWork>();
    for (const statement of statements) {
      for (const one of await workOf(session, statement)) work.add(one);
    }
    return truthOf(work, namedLocks(session.before, await readLocks(runner)));
  } catch (error) {
    return failed(codeOf(error));
  } finally {
    await runner.query("rollback");
  }
}
