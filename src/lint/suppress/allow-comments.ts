/**
 * `-- lockstep:allow`: a finding that its author has looked at.
 *
 * S1. A comment that is wrong in itself (no reason, over, misspelt) allows nothing, and is a finding.
 * S2. A comment allows what it stands at: the statement around it, before it on its line, or next;
 *     the file, when it stands at the top with an empty line below it. Nothing else.
 */
import { nearest } from "../../failures/nearest.ts";
import { createLocator } from "../../sql/locate.ts";
import type { Finding, Fix } from "../finding.ts";
import type { Rule } from "../rule.ts";
import {
  ALLOW_EXPIRED,
  ALLOW_UNKNOWN_RULE,
  ALLOW_UNUSED,
  ALLOW_WITHOUT_REASON,
} from "./allow-rules.ts";
import type { CommentedStatement, PlacedComment } from "./comments.ts";
import { isDate, parseAllow, type AllowText } from "./parse-allow.ts";

export interface AllowInput {
  /** As in the findings. */
  readonly file: string;
  readonly bytes: Buffer;
  readonly comments: readonly PlacedComment[];
  readonly findings: readonly Finding[];
  /** The ids of all rules that there are. */
  readonly ruleIds: ReadonlySet<string>;
  /** Those that looked at the file: of others nobody knows whether the comment is needed. */
  readonly active?: ReadonlySet<string>;
  /** YYYY-MM-DD; an `until` holds through its day. */
  readonly today: string;
}

export interface Suppressed {
  readonly kept: readonly Finding[];
  readonly suppressed: readonly Finding[];
}

export interface AllowResult extends Suppressed {
  /** About the comments themselves. */
  readonly extra: readonly Finding[];
}

type Scope = "file" | CommentedStatement | undefined;

interface Allowance {
  readonly comment: PlacedComment;
  readonly scope: Scope;
  readonly rule: string;
  /** The comment has no other rule, so that nothing is left of it without this one. */
  readonly alone: boolean;
  used: boolean;
}

export function applyAllowComments(input: AllowInput): AllowResult {
  const extra: Finding[] = [];
  const allowances: Allowance[] = [];
  for (const comment of input.comments) {
    const text = parseAllow(comment.text);
    if (text === undefined) continue;
    const scope = scopeOf(comment, text);
    const problems = problemsOf(comment, text, scope, input);
    extra.push(...problems);
    if (problems.some(({ rule }) => rule !== ALLOW_UNKNOWN_RULE.id)) continue;
    for (const { name } of text.names) {
      if (!input.ruleIds.has(name)) continue;
      const alone = text.names.length === 1;
      allowances.push({ comment, scope, rule: name, alone, used: false });
    }
  }
  const kept: Finding[] = [];
  const suppressed: Finding[] = [];
  for (const finding of input.findings) {
    const matching = allowances.filter((allowance) => allows(allowance, finding));
    for (const allowance of matching) allowance.used = true;
    (matching.length > 0 ? suppressed : kept).push(finding);
  }
  extra.push(...allowances.filter((one) => isUnused(one, input)).map((one) => unused(one, input)));
  return { kept, suppressed, extra };
}

function scopeOf(comment: PlacedComment, text: AllowText): Scope {
  if (text.wholeFile || (comment.top && comment.detached)) return "file";
  return comment.inside ?? comment.behind ?? comment.next;
}

function allows({ rule, scope }: Allowance, finding: Finding): boolean {
  if (finding.rule !== rule || scope === undefined) return false;
  return scope === "file" || scope.ordinal === finding.statement;
}

function isUnused({ used, rule }: Allowance, { active }: AllowInput): boolean {
  return !used && (active === undefined || active.has(rule));
}

function problemsOf(
  comment: PlacedComment,
  text: AllowText,
  scope: Scope,
  { ruleIds, today, file, bytes }: AllowInput,
): Finding[] {
  const problems: Finding[] = [];
  const add = (rule: Rule, message: string): void => {
    problems.push(findingAt(rule, message, comment, scope, file));
  };
  const shown = shownOf(text);
  if (text.names.length === 0) {
    const form = `${shown} <rule> <reason>`;
    add(ALLOW_UNKNOWN_RULE, `The comment names no rule. Its form is \`${form}\`.`);
  }
  for (const { name, index } of text.names) {
    if (ruleIds.has(name)) continue;
    problems.push(unknownRule({ name, index, comment, scope, file, bytes, ruleIds }));
  }
  if (text.names.length > 0 && text.reason === "") {
    add(ALLOW_WITHOUT_REASON, `\`${shown}\` allows nothing, because it does not say why.`);
  }
  const { until } = text;
  if (until !== undefined && !isDate(until)) {
    const written = until === "" ? "`until=` has no day" : `\`until=${until}\` is no day`;
    add(ALLOW_EXPIRED, `${written} of the form \`YYYY-MM-DD\`, so \`${shown}\` allows nothing.`);
  } else if (until !== undefined && until < today) {
    add(ALLOW_EXPIRED, `\`${shown}\` held until ${until} and allows nothing since then.`);
  }
  return problems;
}

function unknownRule(at: {
  readonly name: string;
  readonly index: number;
  readonly comment: PlacedComment;
  readonly scope: Scope;
  readonly file: string;
  readonly bytes: Buffer;
  readonly ruleIds: ReadonlySet<string>;
}): Finding {
  const { name, comment, bytes } = at;
  const near = nearest(name, at.ruleIds);
  const start = comment.start + Buffer.byteLength(comment.text.slice(0, at.index));
  const end = start + Buffer.byteLength(name);
  const locate = createLocator(bytes);
  const from = locate(start);
  const to = locate(end);
  const fix: Fix | null =
    near === undefined ? null : { title: `Write \`${near}\``, edits: [{ start, end, text: near }] };
  return {
    ...findingAt(
      ALLOW_UNKNOWN_RULE,
      near === undefined
        ? `\`${name}\` is not a rule.`
        : `\`${name}\` is not a rule; did you mean \`${near}\`?`,
      comment,
      at.scope,
      at.file,
    ),
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    fix,
  };
}

function unused({ comment, scope, rule, alone }: Allowance, input: AllowInput): Finding {
  const elsewhere = input.findings.some((one) => one.rule === rule && one.statement === 0);
  const where =
    scope === undefined
      ? "no statement comes after it"
      : scope === "file"
        ? "the file has no such finding"
        : elsewhere
          ? "the finding is about the file, and `lockstep:allow-file` allows it"
          : "the statement has no such finding";
  return {
    ...findingAt(
      ALLOW_UNUSED,
      `The comment allows \`${rule}\`, and ${where}.`,
      comment,
      scope,
      input.file,
    ),
    fix: alone ? removal(comment, input.bytes) : null,
  };
}

/** The whole line where nothing else is on it; else the comment and the blanks before it. */
function removal({ start, end }: PlacedComment, bytes: Buffer): Fix {
  let from = start;
  while (from > 0 && (bytes[from - 1] === 32 || bytes[from - 1] === 9)) from--;
  const ownLine = from === 0 || bytes[from - 1] === 10;
  let until = end;
  if (ownLine) {
    if (bytes[until] === 13) until++;
    if (bytes[until] === 10) until++;
  }
  return { title: "Remove the comment", edits: [{ start: from, end: until, text: "" }] };
}

function findingAt(
  rule: Rule,
  message: string,
  comment: PlacedComment,
  scope: Scope,
  file: string,
): Finding {
  return {
    rule: rule.id,
    kind: rule.kind,
    severity: rule.severity,
    longWork: null,
    file,
    line: comment.line,
    column: comment.column,
    endLine: comment.endLine,
    endColumn: comment.endColumn,
    message,
    fix: null,
    statement: typeof scope === "object" ? scope.ordinal : 0,
    // Fingerprints leave comments out, and this one is what the finding is about.
    excerpt: comment.text.replace(/^(?:-{2,}|\/\*+)\s*|\s*\*+\/$/g, ""),
  };
}

function shownOf({ wholeFile, names }: AllowText): string {
  const list = names.map(({ name }) => name).join(", ");
  return `lockstep:${wholeFile ? "allow-file" : "allow"}${list === "" ? "" : ` ${list}`}`;
}
