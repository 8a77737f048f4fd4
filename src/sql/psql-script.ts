/**
 * Scripts that another tool runs with psql: variables get their values, included files their place,
 * and what only changes psql's output is left out. Rules follow psqlscan.l and psqlscanslash.l of
 * PostgreSQL 18.
 *
 * S1. A variable is replaced outside of quotes, dollar quotes and comments only, as psql does.
 * S2. Nothing is run on this machine: backquotes are refused, and so is every command that is not
 *     named here.
 */
import { Failure, type SourceLocation } from "../failures/failure.ts";
import { checkEncoding } from "./encoding.ts";
import { findInlineBlocks, type PsqlCommand } from "./inline-blocks.ts";
import { nextToken } from "./lexer.ts";
import { createLocator, type Locate } from "./locate.ts";
import type { Rewrite } from "./parse-file.ts";
import { createSourceText, keptPieces, type Piece } from "./source-text.ts";

const INCLUDE_BY_DIRECTORY = new Set(["i", "include"]);
const INCLUDE_BY_FILE = new Set(["ir", "include_relative"]);
/** They say how psql prints, and a migration prints nothing. */
const OUTPUT = ["echo", "qecho", "warn", "pset", "timing", "x", "a", "t"];

/** For `Reading.commands`. */
export const PSQL_COMMANDS: ReadonlySet<string> = new Set([
  "set",
  "unset",
  ...INCLUDE_BY_DIRECTORY,
  ...INCLUDE_BY_FILE,
  ...OUTPUT,
]);

export interface IncludedFile {
  /** As shown to people; `\ir` in it starts from here. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface PsqlScript {
  /** As shown to people. */
  readonly path: string;
  /** The values with which psql is started. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where a variable that has no value gets one, for the text of the failure. */
  readonly advice: string;
  /**
   * Finds a file; `relativeTo` is the file that names it, for `\ir`. Undefined when there is none.
   */
  include(name: string, relativeTo: string | undefined): IncludedFile | undefined;
}

/** More than anybody writes; a file that includes itself ends here. */
const DEEPEST = 20;

export function psqlRewrite(script: PsqlScript): Rewrite {
  return (file, pieces, locate, commands) => {
    const variables = new Map(Object.entries(script.variables));
    return new Expansion(script, script.path, file, locate, variables, 0).expand(pieces, commands);
  };
}

/** The files that a script includes, at any depth, each as often as it is included. */
export function includedFiles(script: PsqlScript, bytes: Buffer): IncludedFile[] {
  const found: IncludedFile[] = [];
  const noting: PsqlScript = {
    ...script,
    include(name, relativeTo) {
      const file = script.include(name, relativeTo);
      if (file) found.push(file);
      return file;
    },
  };
  try {
    const locate = createLocator(bytes);
    const range = { start: 0, end: bytes.length };
    const { cuts, commands } = findInlineBlocks(script.path, bytes, range, locate, PSQL_COMMANDS);
    psqlRewrite(noting)(bytes, keptPieces(0, bytes.length, cuts), locate, commands);
  } catch (error) {
    // What is wrong with the script is said when it is about to run.
    if (!(error instanceof Failure)) throw error;
  }
  return found;
}

class Expansion {
  readonly #script: PsqlScript;
  readonly #path: string;
  readonly #file: Buffer;
  readonly #locate: Locate;
  readonly #variables: Map<string, string>;
  readonly #depth: number;

  constructor(
    script: PsqlScript,
    path: string,
    file: Buffer,
    locate: Locate,
    variables: Map<string, string>,
    depth: number,
  ) {
    this.#script = script;
    this.#path = path;
    this.#file = file;
    this.#locate = locate;
    this.#variables = variables;
    this.#depth = depth;
  }

  expand(pieces: readonly Piece[], commands: readonly PsqlCommand[]): Piece[] {
    const result: Piece[] = [];
    let next = 0;
    const runUntil = (offset: number): void => {
      for (; next < commands.length && commands[next]!.start < offset; next++) {
        const included = this.#run(commands[next]!);
        if (included) result.push(included);
      }
    };
    for (const piece of pieces) {
      runUntil(piece.start);
      this.#replace(piece, result);
    }
    runUntil(this.#file.length);
    return result;
  }

  #run(command: PsqlCommand): Piece | undefined {
    const { name, start, end } = command;
    if (OUTPUT.includes(name)) return undefined;
    const text = this.#file.toString("utf8", start + 1 + name.length, end);
    const [first, ...rest] = this.#arguments(text.replace(/\\\\$/, ""), start);
    if (name === "unset") {
      if (first !== undefined) this.#variables.delete(first);
      return undefined;
    }
    if (name === "set") {
      if (first !== undefined) this.#set(first, rest.join(""), start);
      return undefined;
    }
    if (first === undefined) {
      throw this.#failure(
        start,
        `\`\\${name}\` names no file.`,
        "Name the file, or remove the line.",
      );
    }
    return { start, end, replacement: this.#include(name, first, start) };
  }

  #set(name: string, value: string, offset: number): void {
    if (name === "AUTOCOMMIT" && /^(?:off|0|false|no)$/i.test(value)) {
      throw this.#failure(
        offset,
        "`\\set AUTOCOMMIT off` is not supported: where its transactions begin is not written in the file.",
        "Remove it, and write BEGIN where a transaction begins.",
      );
    }
    this.#variables.set(name, value);
  }

  #include(command: string, name: string, offset: number): Buffer {
    if (this.#depth >= DEEPEST) {
      throw this.#failure(
        offset,
        `\`${name}\` is included ${DEEPEST} files deep.`,
        "Correct the file that includes itself.",
      );
    }
    const file = this.#script.include(name, INCLUDE_BY_FILE.has(command) ? this.#path : undefined);
    if (file === undefined) {
      throw this.#failure(
        offset,
        `\`\\${command} ${name}\`: there is no such file.`,
        "Correct the name, or add the file.",
      );
    }
    const { path, bytes } = file;
    const locate = createLocator(bytes);
    const range = { start: checkEncoding(path, bytes, locate), end: bytes.length };
    const blocks = findInlineBlocks(path, bytes, range, locate, PSQL_COMMANDS);
    if (blocks.copyData.length > 0) {
      throw this.#failure(
        offset,
        `\`${path}\`, which is included here, has the rows of a \`copy … from stdin\`.`,
        "Move that statement and its rows into the script itself.",
      );
    }
    const pieces = new Expansion(
      this.#script,
      path,
      bytes,
      locate,
      this.#variables,
      this.#depth + 1,
    ).expand(keptPieces(range.start, range.end, blocks.cuts), blocks.commands);
    // psql runs a last statement without its semicolon at the end of each file.
    return Buffer.concat([createSourceText(bytes, pieces).bytes, Buffer.from("\n;")]);
  }

  /** S1. */
  #replace(piece: Piece, result: Piece[]): void {
    const file = this.#file;
    let { start } = piece;
    let depth = 0;
    for (let at = start, token; (token = nextToken(file, at, piece.end));) {
      at = token.end;
      if (token.kind === "open") depth++;
      else if (token.kind === "close") depth--;
      if (token.kind !== "other") continue;
      const byte = file[token.start];
      if (byte === 91) depth++;
      else if (byte === 93) depth--;
      if (byte !== 58) continue;
      const next = file[token.end];
      if (next === 58 || next === 61) {
        at = token.end + 1;
        continue;
      }
      const text = file.toString("latin1", token.start, Math.min(piece.end, token.start + 300));
      const use = VARIABLE.exec(text)?.[0];
      if (use === undefined) continue;
      const value = this.#value(Buffer.from(use, "latin1").toString("utf8"), token.start, depth);
      if (value === undefined) continue;
      if (token.start > start) result.push({ start, end: token.start });
      start = at = token.start + use.length;
      result.push({ start: token.start, end: start, replacement: Buffer.from(value) });
    }
    if (start < piece.end) result.push({ start, end: piece.end });
  }

  /** Undefined: it may be SQL, `[1:n]` or `json_object('a':b)`. */
  #value(use: string, offset: number, depth: number): string | undefined {
    const value = this.#interpolate(use);
    if (value !== undefined) return value;
    if (depth > 0 && isBare(use)) return undefined;
    throw this.#failure(offset, `The psql variable \`${use}\` has no value.`, this.#script.advice);
  }

  #interpolate(use: string, inside: readonly string[] = []): string | undefined {
    const name = use.replaceAll(/^:|['"{}?]/g, "");
    const value = this.#variables.get(name);
    if (use.startsWith(":{")) return value === undefined ? "FALSE" : "TRUE";
    if (value === undefined) return undefined;
    if (use.startsWith(":'")) return quoteLiteral(value);
    if (use.startsWith(':"')) return `"${value.replaceAll('"', '""')}"`;
    // A value may name other variables; psql stops where one would name itself.
    if (!value.includes(":") || inside.includes(name)) return value;
    return value.replaceAll(
      /(?<![:\w]):(?:'\w+'|"\w+"|\w+)/g,
      (other) => this.#interpolate(other, [...inside, name]) ?? other,
    );
  }

  /** The words of a command's line, as psql takes them. */
  #arguments(text: string, offset: number): string[] {
    const words: string[] = [];
    const part =
      /'((?:[^'\\]|\\[^]|'')*)'|"[^"]*"|(`)|(:(?:'\w+'|"\w+"|\{\?\w+\}|\w+))|[^\s'"`:]+|:/gy;
    let at = 0;
    let inWord = false;
    while (at < text.length) {
      if (/\s/.test(text[at]!)) {
        inWord = false;
        at++;
        continue;
      }
      part.lastIndex = at;
      const match = part.exec(text);
      if (match === null || match[2] !== undefined) {
        throw this.#failure(
          offset,
          match === null
            ? "A quote in this line of psql's is not closed."
            : "Backquotes run a command on this machine, which a migration does not do.",
          "Write the value itself.",
        );
      }
      at = part.lastIndex;
      const [whole, quoted, , variable] = match;
      const word =
        quoted !== undefined
          ? unescape(quoted)
          : variable !== undefined
            ? (this.#interpolate(variable) ?? whole)
            : whole;
      if (inWord) words[words.length - 1] += word;
      else words.push(word);
      inWord = true;
    }
    return words;
  }

  #failure(offset: number, what: string, action: string): Failure {
    const location: SourceLocation = { file: this.#path, ...this.#locate(offset) };
    return new Failure({ class: "file.psql", what, action, location });
  }
}

/** On bytes as Latin-1: every byte above 127 is a letter. */
const VARIABLE = /^:(?:'[\w\x80-\xff]+'|"[\w\x80-\xff]+"|\{\?[\w\x80-\xff]+\}|[\w\x80-\xff]+)/;

function isBare(use: string): boolean {
  return /^:[^'"{]/.test(use);
}

function quoteLiteral(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f" };

function unescape(text: string): string {
  return text.replaceAll(/''|\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|[^])/g, (whole, escape?: string) => {
    if (escape === undefined) return "'";
    if (/^x./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8));
    return ESCAPES[escape] ?? whole.slice(1);
  });
}
