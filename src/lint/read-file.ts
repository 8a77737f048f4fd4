/** From a file to what commits together in it, and the findings about what cannot be read. */
import { Failure } from "../failures/failure.ts";
import { generate } from "../migrations/generated-file.ts";
import type { Reading } from "../migrations/migration.ts";
import { parseMigration } from "../migrations/parse-migration.ts";
import { codePointsToBytes, createLocator } from "../sql/locate.ts";
import { type Parser, ParserError } from "../sql/parser.ts";
import { splitStatements } from "../sql/statement-tracker.ts";
import type { ParsedFile, Statement } from "../sql/statement.ts";
import { decideTransaction } from "../sql/transaction-mode.ts";
import { decideUnits } from "../sql/transaction-units.ts";
import type { Gap } from "../catalog/catalog.ts";
import type { Finding } from "./finding.ts";
import { endOfToken, unreadable } from "./place.ts";

export interface LintFile {
  /** As shown to people. */
  readonly path: string;
  readonly text: string | Buffer;
  /** How SQL is got out of a file of another tool; undefined for our own. */
  readonly reading?: Reading;
  /** Code: nobody knows what it does before it runs. */
  readonly module?: boolean;
  /** The way back of the file before it: looked at, and not part of the history. */
  readonly down?: boolean;
  /** Of a way up: whether there is a way back. */
  readonly hasDown?: boolean;
  readonly placeholders?: Readonly<Record<string, string>>;
}

/** What commits together. */
export interface Unit {
  readonly statements: readonly Statement[];
  readonly inTransaction: boolean;
}

export interface ReadFile {
  readonly file: LintFile;
  readonly bytes: Buffer;
  /** Undefined for what could not be read at all. */
  readonly parsed?: ParsedFile;
  readonly units: readonly Unit[];
  /** About the file as such: its syntax, what does not go together in it. */
  readonly findings: readonly Finding[];
  readonly gap?: Gap["reason"];
}

interface ReadOptions {
  readonly parser: Parser;
  readonly version: number;
}

export async function readLintFile(given: LintFile, options: ReadOptions): Promise<ReadFile> {
  const made = await generate(given.reading);
  const file: LintFile = made === undefined ? given : { ...given, reading: made.reading };
  const text = made?.bytes ?? given.text;
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const base = { file, bytes, units: [], findings: [] };
  if (file.module === true) return { ...base, gap: "module" };
  let parsed: ParsedFile;
  try {
    parsed = await parse(file, bytes, options.parser);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...base, gap: "opaque", findings: [unreadable(file.path, bytes, error)] };
  }
  if (parsed.opaque !== undefined) return readRest(file, bytes, parsed.opaque, options);
  return { ...base, parsed, ...unitsOf(parsed, bytes, file, options.version) };
}

/**
 * The statements that can be read in a file that cannot as a whole: each of the others is blanked
 * out, so that every place stays where it is.
 */
async function readRest(
  file: LintFile,
  bytes: Buffer,
  { reason, offset }: NonNullable<ParsedFile["opaque"]>,
  { parser, version }: ReadOptions,
): Promise<ReadFile> {
  const at = { start: offset, end: endOfToken(bytes, offset) };
  const whole = { file, bytes, units: [], gap: "opaque" as const };
  const first = [unreadable(file.path, bytes, reason, at)];
  if (file.reading !== undefined) return { ...whole, findings: first };
  const readable = Buffer.from(bytes);
  const findings: Finding[] = [];
  for (const { start, end } of splitStatements(bytes)) {
    const error = whyUnreadable(bytes.toString("utf8", start, end), parser);
    if (error === undefined) continue;
    const where = Math.min(start + error.offset, end);
    const token = { start: where, end: endOfToken(bytes, where) };
    findings.push(unreadable(file.path, bytes, error.reason, token));
    for (let index = start; index < end; index++) {
      if (readable[index] !== LF && readable[index] !== CR) readable[index] = SPACE;
    }
  }
  const parsed = await parse(file, readable, parser).catch(() => undefined);
  // What is wrong was between two statements: nobody knows where one ends.
  if (parsed === undefined || parsed.opaque !== undefined || findings.length === 0) {
    return { ...whole, findings: first };
  }
  const { units, findings: others } = unitsOf(parsed, bytes, file, version);
  // A blank takes a byte, and what stood there may have had fewer characters than bytes.
  const placed = { ...parsed, locate: createLocator(bytes) };
  return { ...whole, parsed: placed, units, findings: [...findings, ...others] };
}

const LF = 10;
const CR = 13;
const SPACE = 32;

function whyUnreadable(
  text: string,
  parser: Parser,
): { readonly reason: string; readonly offset: number } | undefined {
  try {
    parser.parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ParserError)) return { reason: String(error), offset: 0 };
    const offset = codePointsToBytes(text, error.cursorPosition ?? 0);
    return { reason: error.message, offset };
  }
}

function parse(
  { path, reading, placeholders }: LintFile,
  bytes: Buffer,
  parser: Parser,
): Promise<ParsedFile> {
  return parseMigration({ path, bytes, reading, parser, placeholders });
}

/** As the runner would divide it; a file that it would refuse is looked at statement by statement. */
function unitsOf(
  parsed: ParsedFile,
  bytes: Buffer,
  { path, reading }: LintFile,
  version: number,
): Pick<ReadFile, "units" | "findings"> {
  const all = [{ statements: parsed.statements, inTransaction: true }];
  const serverVersion = version * 10_000;
  try {
    if (reading !== undefined && parsed.directives.transaction === undefined) {
      const decided = decideUnits(parsed, {
        eachAlone: reading.transaction === "statement",
        serverVersion,
      });
      if (decided.mode === "file") return { units: all, findings: [] };
      return { units: decided.units.map((unit) => unitOf(unit)), findings: [] };
    }
    const { mode } = decideTransaction(parsed, { serverVersion });
    if (mode === "file") return { units: all, findings: [] };
    return { units: parsed.statements.map((statement) => unitOf([statement])), findings: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const units = divided(parsed.statements);
    return { units, findings: [unreadable(path, bytes, error)] };
  }
}

function unitOf(statements: readonly Statement[]): Unit {
  return { statements, inTransaction: statements.length > 1 };
}

/** Around what cannot run in a transaction, as the author may have meant it. */
function divided(statements: readonly Statement[]): Unit[] {
  const units: { statements: Statement[]; inTransaction: boolean }[] = [];
  let open = false;
  for (const statement of statements) {
    const alone = statement.nonTransactional !== undefined;
    if (open && !alone) units.at(-1)!.statements.push(statement);
    else units.push({ statements: [statement], inTransaction: !alone });
    open = !alone;
  }
  return units;
}
