/**
 * `-- lockstep:name value` comments before the first statement of a file. A directive that would
 * have no effect (misspelt, misplaced, written twice) is an error: the author relies on it.
 */
import { Failure } from "../failures/failure.ts";
import type { Comments } from "./comments.ts";
import { parseDuration } from "./duration.ts";
import type { Locate } from "./locate.ts";
import { nearest } from "../failures/nearest.ts";
import type { SourceText } from "./source-text.ts";
import type { Directives } from "./statement.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Written {
  readonly name: string;
  readonly value: string;
}

/** Sets one field; returns what the value should have looked like when it does not. */
type Setter = (directives: Mutable<Directives>, value: string) => string | undefined;

const SETTERS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  [
    "transaction",
    (directives, value) => {
      if (value !== "none" && value !== "file" && value !== "statement") {
        return "one of `none`, `file` and `statement`";
      }
      directives.transaction = value;
      return undefined;
    },
  ],
  ["lock-timeout", duration((directives, ms) => (directives.lockTimeoutMs = ms))],
  ["statement-timeout", duration((directives, ms) => (directives.statementTimeoutMs = ms))],
  [
    "role",
    (directives, value) => {
      const role = identifier(value);
      if (role === undefined) return 'a role name such as `app_owner` or `"App Owner"`';
      directives.role = role;
      return undefined;
    },
  ],
  [
    "phase",
    (directives, value) => {
      if (value !== "expand" && value !== "backfill" && value !== "contract") {
        return "one of `expand`, `backfill` and `contract`";
      }
      directives.phase = value;
      return undefined;
    },
  ],
  [
    "after",
    (directives, value) => {
      if (value === "" || /\s/.test(value)) return "the version of a migration";
      directives.after = value;
      return undefined;
    },
  ],
]);

/** Read by the linter, and allowed anywhere because they may speak about the next statement. */
const OF_LINT: readonly string[] = ["allow", "allow-file"];
const NAMES = [...SETTERS.keys(), ...OF_LINT];

export function readDirectives(
  path: string,
  source: SourceText,
  comments: Comments,
  locate: Locate,
): Directives {
  const directives: Mutable<Directives> = {};
  const seen = new Set<string>();
  let afterAt = 0;
  for (const token of comments.tokens) {
    const written = directiveIn(source.bytes.toString("utf8", token.start, token.end));
    if (written === undefined || OF_LINT.includes(written.name)) continue;
    const fail = (what: string, action: string) => {
      const place = locate(source.toFile(token.start, "start"));
      return new Failure({
        class: "file.directive",
        what,
        action,
        location: { file: path, ...place },
      });
    };
    const shown = `\`lockstep:${written.name}\``;
    const setter = SETTERS.get(written.name);
    if (setter === undefined) {
      throw fail(`${shown} is not a directive.`, unknownAdvice(written.name));
    }
    if (token.kind === "block-comment") {
      throw fail(
        `${shown} stands in a block comment.`,
        `Write it as a line of its own: \`-- lockstep:${written.name} ${written.value}\`.`,
      );
    }
    if (token.start > comments.firstToken) {
      throw fail(
        `${shown} stands after the first statement, where it has no effect.`,
        "Move it above the first statement of the file; it holds for the whole file.",
      );
    }
    if (seen.has(written.name)) throw fail(`${shown} is written twice.`, "Remove one of the two.");
    seen.add(written.name);
    const expected = setter(directives, written.value);
    if (expected !== undefined) {
      throw fail(`${shown} cannot be \`${written.value}\`.`, `Write ${expected}.`);
    }
    if (written.name === "after") afterAt = token.start;
  }
  if (directives.after !== undefined && directives.phase !== "contract") {
    throw new Failure({
      class: "file.directive",
      what: "`lockstep:after` stands in a file that is not marked contract, where it has no effect.",
      action: "Add `-- lockstep:phase contract` above it, or take it out.",
      location: { file: path, ...locate(source.toFile(afterAt, "start")) },
    });
  }
  return directives;
}

/** `-- lockstep:transaction none`, with any spaces around the colon. */
export function directiveIn(comment: string): Written | undefined {
  const match = /^(?:-{2,}|\/\*+)\s*lockstep\s*:\s*([\w-]*)\s*([\s\S]*?)\s*(?:\*+\/)?$/i.exec(
    comment,
  );
  return match === null ? undefined : { name: match[1]!.toLowerCase(), value: match[2]! };
}

function unknownAdvice(name: string): string {
  const near = nearest(name, NAMES);
  if (near !== undefined) return `Write \`lockstep:${near}\`.`;
  return `Use one of ${NAMES.map((one) => `\`lockstep:${one}\``).join(", ")}.`;
}

function duration(set: (directives: Mutable<Directives>, ms: number) => void): Setter {
  return (directives, value) => {
    const ms = parseDuration(value);
    if (ms === undefined) return "a time such as `500ms`, `5s`, `2min` or `1h`";
    set(directives, ms);
    return undefined;
  };
}

/** A role name as SQL reads it: folded to lower case, unless quoted. */
function identifier(value: string): string | undefined {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(value);
  if (quoted !== null) return quoted[1]!.replaceAll('""', '"');
  // Only ASCII is folded: in UTF-8 PostgreSQL leaves other letters as they are.
  if (!/^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/.test(value)) return undefined;
  return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
