/**
 * One example of a rule on a real server, in a database of its own: its history and the files of
 * its release are applied, empty tables get rows, and the file is run as the runner would run it. A
 * file that the runner refuses goes out in one transaction, as others would send it.
 */
import { Client } from "pg";
import { Failure } from "../../src/failures/failure.ts";
import type { RuleExample } from "../../src/lint/rule.ts";
import { parseFile } from "../../src/sql/parse-file.ts";
import { loadParser } from "../../src/sql/parser.ts";
import type { ParsedFile } from "../../src/sql/statement.ts";
import { decideTransaction } from "../../src/sql/transaction-mode.ts";
import { beginMeasuring, measureInside } from "../accuracy/truth.ts";
import { measureOutside } from "../accuracy/truth-outside.ts";
import {
  codeOf,
  failed,
  type Statement as MeasuredStatement,
  type Truth,
} from "../accuracy/work.ts";
import { fillTables, type Look, type Unfilled } from "./fill-tables.ts";

export interface Measured {
  readonly truth: Truth;
  /** Existing tables without rows, so that nothing could be seen of them. */
  readonly unfilled: readonly Unfilled[];
}

export interface MeasureOptions {
  readonly version: number;
  readonly runner: "lockstep" | "other";
  /** Of the rows that empty tables get; undefined: tables stay as the history leaves them. */
  readonly look?: Look | undefined;
}

export async function measureExample(
  url: string,
  example: RuleExample,
  options: MeasureOptions,
): Promise<Measured> {
  const runner = new Client({ connectionString: url });
  const notices: string[] = [];
  runner.on("notice", ({ message }) => void notices.push(message ?? ""));
  await runner.connect();
  try {
    const { unseen = "", history = "", release = [], sql: text } = example;
    for (const sql of [unseen, history, ...release]) {
      const refused = await applyFile(runner, sql).then(() => undefined, codeOf);
      if (refused !== undefined) return { truth: failed(`history ${refused}`), unfilled: [] };
    }
    const unfilled = options.look === undefined ? [] : await fillTables(runner, options.look);
    // As the runner does; others leave it to the server.
    if (options.runner === "lockstep") await runner.query("set timezone = 'UTC'");
    const parsed = await parse(text);
    const session = await beginMeasuring(runner, notices);
    const statements = statementsOf(parsed, text);
    const truth = runsAlone(parsed, example, options.version)
      ? await measureOutside(url, session, statements)
      : await measureInside(session, statements);
    return { truth, unfilled };
  } finally {
    await runner.end();
  }
}

/** Each statement alone: more goes through like this than in a transaction. */
async function applyFile(runner: Client, sql: string): Promise<void> {
  for (const { text } of statementsOf(await parse(sql), sql)) await runner.query(text);
  // Each file begins in a clean session.
  await runner.query("discard all");
}

/** Undefined for a file that the runner does not even divide into statements. */
async function parse(sql: string): Promise<ParsedFile | undefined> {
  const parser = await loadParser();
  try {
    const file = await parseFile({ path: "example.sql", bytes: Buffer.from(sql), parser });
    return file.opaque === undefined ? file : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function statementsOf(parsed: ParsedFile | undefined, sql: string): readonly MeasuredStatement[] {
  if (parsed === undefined) return [{ text: sql, kind: "unreadable" }];
  return parsed.statements.map(({ text, node }) => ({
    text,
    kind: Object.keys(node)[0] ?? "unreadable",
  }));
}

/** A file that another runner sends as one query is one transaction. */
function runsAlone(
  parsed: ParsedFile | undefined,
  { runner }: RuleExample,
  version: number,
): boolean {
  if (parsed === undefined) return false;
  const [first, second] = parsed.statements;
  const alone = first?.nonTransactional !== undefined && second === undefined;
  if (runner === "other") return alone;
  try {
    return decideTransaction(parsed, { serverVersion: version * 10_000 }).mode !== "file";
  } catch (error) {
    if (error instanceof Failure) return alone && !parsed.ownTransaction;
    throw error;
  }
}
