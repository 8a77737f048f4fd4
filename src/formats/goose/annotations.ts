/**
 * goose's annotations: what of a file is up and what is down, where a statement ends without a
 * semicolon, and which lines take values from the environment.
 */
import { isComment, nextToken } from "../../sql/lexer.ts";
import { hasBom } from "../../sql/locate.ts";

type Command =
  | "up"
  | "down"
  | "statementbegin"
  | "statementend"
  | "no transaction"
  | "envsub on"
  | "envsub off";

const COMMANDS: ReadonlySet<string> = new Set<Command>([
  "up",
  "down",
  "statementbegin",
  "statementend",
  "no transaction",
  "envsub on",
  "envsub off",
]);

export interface Annotation {
  readonly command: Command;
  /** From the dashes to the end of the line, without the line ending. */
  readonly start: number;
  readonly end: number;
}

export interface Section {
  readonly start: number;
  readonly end: number;
}

export interface GooseFile {
  readonly annotations: readonly Annotation[];
  readonly up: Section;
  readonly down?: Section;
  readonly noTransaction: boolean;
}

/** What is wrong, and where. */
export interface Mistake {
  readonly offset: number;
  readonly what: string;
  readonly action: string;
}

/** Any line of this form is an annotation for goose; one that it does not know stops it. */
const LINE = /^((?:\u00ef\u00bb\u00bf)?)([ \t]*)--([^\n]*\+goose[^\n]*)$/gm;

export function readAnnotations(bytes: Buffer): GooseFile | Mistake {
  // Latin-1, so that an index into the text is a byte offset.
  const text = bytes.toString("latin1");
  const annotations: Annotation[] = [];
  let up: number | undefined;
  let down: Annotation | undefined;
  let block: Annotation | undefined;
  for (const match of text.matchAll(LINE)) {
    const found = commandOf(match);
    if ("what" in found) return found;
    annotations.push(found);
    const { command, start, end } = found;
    const mistake = (what: string, action: string): Mistake => ({ offset: start, what, action });
    if (command === "up") {
      if (up !== undefined) {
        return mistake("a second `-- +goose Up`", "Put all of it below the first one.");
      }
      if (hasSql(bytes, start)) return beforeUp;
      up = end;
    } else if (command === "down") {
      if (up === undefined || down !== undefined) {
        return up === undefined
          ? mistake("`-- +goose Down` before `-- +goose Up`", "Write the part for up first.")
          : mistake("a second `-- +goose Down`", "Put all of it below the first one.");
      }
      if (block) return openBlock(block);
      down = found;
    } else if (command === "statementbegin") {
      if (up === undefined) {
        return mistake("`StatementBegin` before `-- +goose Up`", "Write `-- +goose Up` above it.");
      }
      if (block) return openBlock(block);
      block = found;
    } else if (command === "statementend") {
      if (!block) {
        return mistake("`StatementEnd` without a `StatementBegin`", "Write `StatementBegin` too.");
      }
      block = undefined;
    }
  }
  if (up === undefined) {
    return {
      offset: 0,
      what: "no `-- +goose Up`",
      action: "Write `-- +goose Up` on a line of its own above the SQL.",
    };
  }
  if (block) return openBlock(block);
  return {
    annotations,
    up: { start: up, end: down?.start ?? bytes.length },
    ...(down && { down: { start: down.end, end: bytes.length } }),
    noTransaction: annotations.some(({ command }) => command === "no transaction"),
  };
}

const beforeUp: Mistake = {
  offset: 0,
  what: "SQL above `-- +goose Up`, which goose does not run",
  action: "Move it below that line.",
};

function openBlock({ start }: Annotation): Mistake {
  return {
    offset: start,
    what: "`StatementBegin` without its `StatementEnd`",
    action: "Write `-- +goose StatementEnd` behind the statement.",
  };
}

function commandOf(match: RegExpMatchArray): Annotation | Mistake {
  const [line, bom, indent, rest] = match as unknown as [string, string, string, string];
  const start = match.index! + bom.length + indent.length;
  const shown = line.slice(bom.length).trim();
  if (indent !== "") {
    return {
      offset: start,
      what: `\`${shown}\` behind white space, which goose refuses`,
      action: "Let the line begin with `--`.",
    };
  }
  const command = rest.replaceAll("--", "").replace("+goose", "").trim().toLowerCase();
  if (!COMMANDS.has(command)) {
    return {
      offset: start,
      what: `\`${shown}\`, which is none of goose's annotations`,
      action:
        "Use `Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`, `ENVSUB ON` or `ENVSUB OFF`, or take the word `+goose` out of the comment.",
    };
  }
  return {
    command: command as Command,
    start,
    end: start + line.slice(bom.length).replace(/\r$/, "").length,
  };
}

function hasSql(bytes: Buffer, limit: number): boolean {
  for (
    let at = hasBom(bytes) ? 3 : 0, token;
    (token = nextToken(bytes, at, limit));
    at = token.end
  ) {
    if (!isComment(token)) return true;
  }
  return false;
}
