/**
 * A formatted SQL changelog: read line by line, as Liquibase reads it, whatever the SQL between the
 * lines is. Its own expressions decide which lines are markers.
 */
import type { Problems } from "../../migrations/problems.ts";
import type { FolderFile } from "../folder.ts";
import type { Condition } from "../guard.ts";
import type { ChangeSet, Span } from "./change-set.ts";
import { separatorFor } from "./delimiters.ts";
import { allowsDbms, type Filters } from "./filters.ts";
import { expand, type LocalParameters, type Parameters, type ValueOf } from "./parameters.ts";
import { conditionOf } from "./preconditions.ts";

/** What all of the next five have. */
const MARKER = /-\s*(?:liquibase|property|ignoreLines|include|changeset)/i;
const HEADER = /^\s*--\s*liquibase\s*formatted.*/i;
const CHANGE_SET = /^\s*--\s*changeset\s+("[^"]+"|[^:]+):\s*("[^"]+"|\S+)(.*)$/i;
const NEARLY_CHANGE_SET = /^(?:-\s*|\s*--\s*)changeset(?:\s|$)/i;
const PROPERTY = /^\s*--\s*property\s+.*:.*\s+.*:.*/i;
const INCLUDE = /^\s*--\s*(include|includeAll)\s+((?:file|path):.*)$/i;
const IGNORE_LINES = /^--\s*ignoreLines:(\w+)\s*$/i;
const ROLLBACK = /^\s*--\s*rollback (.*)$/i;
const ROLLBACK_BLOCK = /^\s*\/\*\s*liquibase\s*rollback\s*$/i;
const PRECONDITIONS = /^\s*--\s*preconditions(.*)$/i;
const PRECONDITION = /^\s*--\s*precondition-([a-z0-9-]+)(?: (.*))?$/i;
const COMMENT = /^--\s*comment:? (.*)$/i;
const VALID_CHECK_SUM = /^--\s*validCheckSum:? (.*)$/i;

export interface FormattedInput {
  readonly file: FolderFile;
  readonly bytes: Buffer;
  /** How Liquibase calls it. */
  readonly path: string;
  readonly parameters: Parameters;
  readonly filters: Filters;
  readonly problems: Problems;
  readonly add: (changeSet: ChangeSet) => void;
  readonly include: (
    kind: "include" | "includeAll",
    path: string,
    relative: boolean,
    line: number,
  ) => void;
}

export function isFormatted(bytes: Buffer): boolean {
  const text = bytes.toString("latin1", 0, 2000).replace(/^\u00ef\u00bb\u00bf/, "");
  return HEADER.test(/\S.*/.exec(text)?.[0] ?? "");
}

export function readFormatted(input: FormattedInput): void {
  new Reader(input).read();
}

/** A change set whose lines are still coming. */
interface Open {
  readonly author: string;
  readonly id: string;
  readonly attributes: string;
  readonly line: number;
  readonly sql: Span[];
  readonly rollback: Span[];
  readonly conditions: { readonly name: string; readonly body: string; readonly line: number }[];
  readonly validCheckSums: string[];
  preconditions?: string;
  comment: string;
}

interface Line {
  /** Empty when it can be nothing but SQL. */
  readonly text: string;
  readonly start: number;
  /** Behind the line ending. */
  readonly end: number;
  readonly number: number;
}

class Reader {
  readonly #input: FormattedInput;
  readonly #lines: readonly Line[];
  readonly #local: LocalParameters = new Map();
  readonly #keys = new Set<string>();
  #at = 0;
  #open: Open | undefined;
  #logicalFilePath: string | undefined;

  constructor(input: FormattedInput) {
    this.#input = input;
    this.#lines = linesOf(input.bytes);
  }

  read(): void {
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at]!;
      if (!this.#outside(line)) this.#inside(line);
    }
    this.#close();
  }

  /** Lines that mean something wherever they are. */
  #outside(line: Line): boolean {
    const { text } = line;
    if (!MARKER.test(text)) return false;
    if (HEADER.test(text)) this.#logicalFilePath = attribute(text, "logicalFilePath", "\\S*");
    if (PROPERTY.test(text)) return this.#property(text);
    const ignored = IGNORE_LINES.exec(text);
    if (ignored) return this.#ignoreLines(line, ignored[1]!);
    const include = INCLUDE.exec(text);
    if (include) {
      this.#close();
      const path = attribute(include[2]!, "\\b(?:file|path)", '".*?"|\\S+') ?? "";
      const relative = attribute(include[2]!, "relativeToChangelogFile", "\\w+") === "true";
      const kind = include[1]!.toLowerCase() === "include" ? "include" : "includeAll";
      this.#input.include(kind, unquoted(path), relative, line.number);
      return true;
    }
    const found = CHANGE_SET.exec(text);
    if (found) {
      this.#close();
      this.#open = {
        author: unquoted(found[1]!),
        id: unquoted(found[2]!),
        attributes: text,
        line: line.number,
        sql: [],
        rollback: [],
        conditions: [],
        validCheckSums: [],
        comment: "",
      };
      return true;
    }
    if (NEARLY_CHANGE_SET.test(text)) {
      this.#problem(
        line.number,
        `Line ${line.number} of \`${this.#input.file.path}\` begins a change set without saying which.`,
        "Write `--changeset author:id`.",
      );
      return true;
    }
    return false;
  }

  #inside(line: Line): void {
    const open = this.#open;
    // Above the first change set nothing runs, in Liquibase neither.
    if (open === undefined) return;
    const { text } = line;
    if (!text.includes("--") && !text.includes("/*")) {
      addSpan(open.sql, line);
      return;
    }
    const comment = COMMENT.exec(text);
    const sum = VALID_CHECK_SUM.exec(text);
    const rollback = ROLLBACK.exec(text);
    const preconditions = PRECONDITIONS.exec(text);
    const precondition = PRECONDITION.exec(text);
    if (comment) open.comment = comment[1]!;
    else if (sum) open.validCheckSums.push(sum[1]!.trim());
    else if (rollback) {
      const start = this.#offsetOf(line, text.length - rollback[1]!.length);
      open.rollback.push({ start, end: line.end });
    } else if (ROLLBACK_BLOCK.test(text)) this.#rollbackBlock(open, line);
    else if (preconditions) open.preconditions = preconditions[1]!;
    else if (precondition) {
      const body = precondition[2] ?? "";
      open.conditions.push({ name: precondition[1]!.toLowerCase(), body, line: line.number });
    } else addSpan(open.sql, line);
  }

  /** The lines' text is decoded, and an offset in it is no offset in the file. */
  #offsetOf(line: Line, index: number): number {
    return line.start + Buffer.byteLength(line.text.slice(0, index));
  }

  #rollbackBlock(open: Open, { number }: Line): void {
    while (++this.#at < this.#lines.length) {
      const line = this.#lines[this.#at]!;
      const end = /\*\/\s*$/.exec(line.text);
      if (end === null) {
        open.rollback.push({ start: line.start, end: line.end });
        continue;
      }
      const until = this.#offsetOf(line, end.index);
      if (until > line.start) open.rollback.push({ start: line.start, end: until });
      return;
    }
    this.#problem(
      number,
      `The rollback block in line ${number} of \`${this.#input.file.path}\` does not end.`,
      "End its last line with `*/`.",
    );
  }

  #ignoreLines({ number }: Line, value: string): true {
    if (value.toLowerCase() === "start") {
      while (++this.#at < this.#lines.length) {
        if (IGNORE_LINES.exec(this.#lines[this.#at]!.text)?.[1]?.toLowerCase() === "end") break;
      }
    } else if (/^\d+$/.test(value)) this.#at += Number(value);
    else {
      this.#problem(
        number,
        `\`ignoreLines:${value}\` in line ${number} of \`${this.#input.file.path}\` ends nothing and is no number.`,
        "Write `ignoreLines:start` above the lines, or how many they are.",
      );
    }
    return true;
  }

  #property(text: string): true {
    const { parameters, filters } = this.#input;
    const valueOf = parameters.snapshot(this.#local);
    const name = attribute(text, "name", "\\S+", "\\s*");
    const value = attribute(text, "value", "\\S+", "\\s*");
    const isMeant =
      allowsDbms(attribute(text, "dbms", "[^,][\\w!,]+")) &&
      filters.allowsContext(contextOf(text, valueOf)) &&
      filters.allowsLabels(labelsOf(text, valueOf));
    if (name === undefined || value === undefined || !isMeant) return true;
    const isLocal = attribute(text, "global", "\\S+")?.toLowerCase() === "false";
    parameters.define(name, expand(value, valueOf), isLocal ? this.#local : undefined);
    return true;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { file, bytes, path, parameters, filters, problems, add } = this.#input;
    const valueOf = parameters.snapshot(this.#local);
    const { attributes, line } = open;
    const id = expand(open.id, valueOf);
    const author = expand(open.author, valueOf);
    const named = `\`${author}:${id}\` in \`${file.path}\``;
    if (this.#keys.has(`${id}:${author}`)) {
      problems.addFile(
        "file.duplicate",
        file.path,
        `\`${file.path}\` has two change sets \`${author}:${id}\`.`,
        "Give the one that is not applied anywhere yet another id.",
        { location: { file: file.path, line, column: 1 } },
      );
      return;
    }
    this.#keys.add(`${id}:${author}`);
    if (open.sql.every(({ start, end }) => bytes.toString("latin1", start, end).trim() === "")) {
      this.#problem(line, `The change set ${named} has no SQL.`, "Write its SQL, or remove it.");
      return;
    }
    const flag = (name: string, byDefault: boolean): boolean => {
      const value = attribute(attributes, name, "\\w+");
      return value === undefined ? byDefault : value.toLowerCase() === "true";
    };
    const contexts = contextOf(attributes, valueOf);
    const labels = labelsOf(attributes, valueOf);
    const dbms = attribute(attributes, "dbms", "[^,][\\w!,]+");
    if (flag("ignore", false) || !allowsDbms(dbms && expand(dbms, valueOf))) return;
    if (!filters.allowsContext(contexts) || !filters.allowsLabels(labels)) return;
    if (!this.#canRun(open, named, flag)) return;
    const logical = attribute(attributes, "logicalFilePath", "\\S+") ?? this.#logicalFilePath;
    const separator = separatorFor(
      attribute(attributes, "\\bendDelimiter", "\\S*"),
      flag("\\bsplitStatements", true),
    );
    const rollbackSeparator = separatorFor(
      attribute(attributes, "\\brollbackEndDelimiter", "\\S*"),
      flag("rollbackSplitStatements", true),
    );
    const conditions = this.#conditions(open, named, valueOf);
    const preconditions = open.preconditions ?? "";
    add({
      author,
      id,
      path: logical ? expand(logical, valueOf) : path,
      isLogical: Boolean(logical),
      file,
      bytes,
      line,
      sql: open.sql,
      rollback: open.rollback,
      runOnChange: flag("runOnChange", false),
      runInTransaction: flag("runInTransaction", true),
      ...(separator && { separator }),
      ...(rollbackSeparator && { rollbackSeparator }),
      ...(conditions.length > 0 && {
        preconditions: {
          conditions,
          onFail: attribute(preconditions, "onFail", "\\w+") ?? "HALT",
          onError: attribute(preconditions, "onError", "\\w+") ?? "HALT",
        },
      }),
      comment: open.comment,
      contexts,
      labels,
      validCheckSums: open.validCheckSums,
      valueOf,
    });
  }

  #canRun(open: Open, named: string, flag: (name: string, byDefault: boolean) => boolean): boolean {
    const runWith = attribute(open.attributes, "runWith", "[\\w${}]+");
    const refused = !flag("failOnError", true)
      ? "`failOnError:false`: a change set that failed would count as done"
      : flag("runAlways", false)
        ? "`runAlways:true`: a migration runs once, or again when it has changed"
        : runWith !== undefined && !/^(?:jdbc|psql)$/i.test(runWith)
          ? `\`runWith:${runWith}\`: it is not SQL for PostgreSQL`
          : undefined;
    if (refused === undefined) return true;
    this.#problem(open.line, `The change set ${named} has ${refused}.`, "Remove the attribute.");
    return false;
  }

  #conditions(open: Open, named: string, valueOf: ValueOf): Condition[] {
    return open.conditions.flatMap(({ name, body, line }) => {
      const condition = conditionOf(name, expand(body, valueOf));
      if (typeof condition !== "string") return [condition];
      this.#problem(
        line,
        `The precondition \`${name}\` of ${named} ${condition}.`,
        "Use `--precondition-sql-check expectedResult:<value> <query>`.",
      );
      return [];
    });
  }

  #problem(line: number, what: string, action: string): void {
    const { file, problems } = this.#input;
    const location = { file: file.path, line, column: 1 };
    problems.addFile("file.invalid", file.path, what, action, { location });
  }
}

/** Neighbours become one. */
function addSpan(spans: Span[], { start, end }: Line): void {
  const last = spans.at(-1);
  if (last?.end === start) spans[spans.length - 1] = { start: last.start, end };
  else spans.push({ start, end });
}

/** Most lines are plain SQL; they are not decoded, because nothing but their place is asked for. */
function linesOf(bytes: Buffer): Line[] {
  const lines: Line[] = [];
  const all = bytes.toString("latin1");
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let number = 1; start < all.length; number++) {
    const newline = all.indexOf("\n", start);
    const end = newline < 0 ? all.length : newline + 1;
    const isPlain = !/--|\*|^-/.test(all.slice(start, end));
    const text = isPlain ? "" : bytes.toString("utf8", start, end).replace(/\r?\n$/, "");
    lines.push({ text, start, end, number });
    start = end;
  }
  return lines;
}

const attributePatterns = new Map<string, RegExp>();

/** The last of that name in a line, as Liquibase's expressions find it. */
function attribute(text: string, name: string, value: string, between = ""): string | undefined {
  const source = `.*${name}:${between}(${value})`;
  let pattern = attributePatterns.get(source);
  if (pattern === undefined) attributePatterns.set(source, (pattern = new RegExp(source, "i")));
  return pattern.exec(text)?.[1];
}

function contextOf(text: string, valueOf: ValueOf): string | null {
  const filter = attribute(text, "contextFilter", '".*?"|\\S*');
  const written = filter || attribute(text, "context", '".*?"|\\S*');
  return written === undefined ? null : expand(unquoted(written), valueOf);
}

function labelsOf(text: string, valueOf: ValueOf): string | null {
  const written = attribute(text, "labels", '".*?"|\\S*');
  return written === undefined ? null : expand(unquoted(written), valueOf);
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1").replace(/^'(.*)'$/, "$1");
}
