/**
 * The comments by which Squawk and Atlas are told to be silent, for folders that have them already.
 * They mean what they mean to those tools, as far as a rule of ours stands for one of theirs.
 *
 * Squawk: `squawk-ignore a, b` on the line before or on the line itself; `squawk-ignore-file`
 * anywhere in the file. What comes after a second `--` is a remark.
 * Atlas: `atlas:nolint a b` directly above its statement; at the top of the file with an empty line
 * below, for the file. Names are of checks (`PG102`), of their classes (`DS`) or of analyzers.
 * Without a name all findings are meant.
 */
import type { Finding } from "../finding.ts";
import type { OtherIds } from "../rule.ts";
import type { Suppressed } from "./allow-comments.ts";
import type { PlacedComment } from "./comments.ts";

export type ForeignTool = "squawk" | "atlas";

/** The rules of ours that stand for one of another tool; none for those that we do not have. */
export type ForeignRules = (tool: ForeignTool, id: string) => readonly string[];

interface Silence {
  /** Undefined: all. */
  readonly rules: ReadonlySet<string> | undefined;
  covers(finding: Finding): boolean;
}

export function applyForeignComments(
  findings: readonly Finding[],
  comments: readonly PlacedComment[],
  foreignRules: ForeignRules,
): Suppressed {
  const silences = comments.flatMap(
    (comment) => squawk(comment, foreignRules) ?? atlas(comment, foreignRules) ?? [],
  );
  const kept: Finding[] = [];
  const suppressed: Finding[] = [];
  for (const finding of findings) {
    const silent = silences.some(
      ({ rules, covers }) => (rules === undefined || rules.has(finding.rule)) && covers(finding),
    );
    (silent ? suppressed : kept).push(finding);
  }
  return { kept, suppressed };
}

/** What Atlas's analyzers are called, and how the names of their checks begin. */
const ATLAS_ANALYZERS: Readonly<Record<string, string>> = {
  destructive: "DS",
  data_depend: "MF",
  incompatible: "BC",
  concurrent_index: "PG1",
  naming: "NM",
};

/** Finds rules by the ids that they say other tools have for them. */
export function foreignRulesOf(
  rules: Iterable<{ readonly id: string; readonly otherIds?: OtherIds }>,
): ForeignRules {
  const list = [...rules];
  return (tool, id) => {
    const prefix = tool === "atlas" ? (ATLAS_ANALYZERS[id] ?? atlasClass(id)) : undefined;
    return list
      .filter(({ otherIds }) =>
        (otherIds?.[tool] ?? []).some((theirs) =>
          prefix === undefined ? theirs === id : theirs.startsWith(prefix),
        ),
      )
      .map((rule) => rule.id);
  };
}

/** `DS` and `PG3` are classes of checks; `DS102` is a check. */
function atlasClass(id: string): string | undefined {
  return /^[A-Z]{2}\d?$/.test(id) ? id : undefined;
}

function squawk(comment: PlacedComment, foreignRules: ForeignRules): Silence | undefined {
  const body = bodyOf(comment.text).split("--", 1)[0]!;
  const match = /^\s*squawk-ignore(-file)?(?![\w-])([\s\S]*)$/.exec(body);
  if (match === null) return undefined;
  const rules = mapped("squawk", match[2]!.split(","), foreignRules);
  if (match[1] !== undefined) return { rules, covers: () => true };
  const { line, inside, next } = comment;
  const below = next?.line === line + 1 ? next.ordinal : undefined;
  return {
    rules,
    covers: (finding) =>
      finding.line === line ||
      finding.line === line + 1 ||
      // Our place may be another one than Squawk's: then the statement is what is meant.
      (finding.statement === below && below !== undefined) ||
      (finding.statement === inside?.ordinal &&
        finding.line <= line + 1 &&
        finding.endLine >= line),
  };
}

function atlas(comment: PlacedComment, foreignRules: ForeignRules): Silence | undefined {
  const match = /^(?:-- *|\/\*)atlas:nolint(?:[ \t]+([ -~]*?))?[ \t]*(?:\*\/)?$/.exec(comment.text);
  if (match === null) return undefined;
  const rules = mapped("atlas", (match[1] ?? "").split(/\s+/), foreignRules);
  if (comment.detached) {
    // Atlas reads such a comment for the file at its top only, and elsewhere not at all.
    return comment.first ? { rules, covers: () => true } : undefined;
  }
  const ordinal = comment.inside === undefined ? comment.next?.ordinal : undefined;
  if (ordinal === undefined) return undefined;
  return { rules, covers: (finding) => finding.statement === ordinal };
}

function mapped(
  tool: ForeignTool,
  names: readonly string[],
  foreignRules: ForeignRules,
): ReadonlySet<string> | undefined {
  const given = names.map((name) => name.trim()).filter((name) => name !== "");
  if (given.length === 0) return undefined;
  return new Set(given.flatMap((name) => foreignRules(tool, name)));
}

function bodyOf(comment: string): string {
  return comment.startsWith("--") ? comment.slice(2) : comment.slice(2, -2);
}
