/**
 * The part of Go's templates that migrations use: conditions on the database, parameters, comments,
 * and the dashes that take white space away. Anything else is refused, never guessed at.
 */
import type { Edit } from "../edits.ts";

/** What is wrong, and where. */
export interface TemplateMistake {
  readonly offset: number;
  readonly what: string;
}

/** What a template may ask, and the answer on PostgreSQL. */
const CONDITIONS: Readonly<Record<string, boolean>> = {
  ".IsPostgreSQL": true,
  ".IsSQLite": false,
  ".IsCockroach": false,
  ".IsMySQL": false,
  ".IsMariaDB": false,
};

const ACTION =
  /\{\{(-\s)?(\/\*[\s\S]*?\*\/|(?:(?!\}\}|"|`)[\s\S]|"(?:[^"\\\n]|\\.)*"|`[^`]*`)*?)(\s-)?\}\}/g;
const PARAMETER =
  /^(identifier\s+)?(?:\.Parameters\.([A-Za-z_]\w*)|\(?index\s+\.Parameters\s+"([^"\\]+)"\)?)(\s*\|\s*identifier)?$/;
const IDENTIFIER = /^[a-zA-Z][a-zA-Z0-9_]*$/;

interface Branch {
  /** Whether one of its parts has been kept already. */
  taken: boolean;
  /** Whether the part that is being read is kept. */
  keeps: boolean;
  readonly offset: number;
}

/** What is cut out and put in; `bytes` has a `{{` somewhere. */
export function expandTemplate(
  bytes: Buffer,
  parameters: Readonly<Record<string, string>>,
): Edit[] | TemplateMistake {
  // Latin-1, so that an index into the text is a byte offset.
  const text = bytes.toString("latin1");
  const edits: Edit[] = [];
  const branches: Branch[] = [];
  let at = 0;
  for (const match of text.matchAll(ACTION)) {
    const [whole, before, inside, after] = match;
    const { index } = match;
    const stray = text.indexOf("{{", at);
    if (stray !== index) return { offset: stray, what: "`{{` is not closed" };
    const wasKept = keeps(branches);
    const result = act(inside!.trim(), branches, index, parameters);
    if (result.what !== undefined) return { offset: index, what: result.what };
    let start = index;
    let end = index + whole.length;
    if (before !== undefined) while (start > at && /\s/.test(text[start - 1]!)) start--;
    if (after !== undefined) while (end < text.length && /\s/.test(text[end]!)) end++;
    if (!wasKept && start > at) edits.push({ start: at, end: start, text: "" });
    edits.push({ start, end, text: wasKept ? (result.text ?? "") : "" });
    at = end;
  }
  const stray = text.indexOf("{{", at);
  if (stray !== -1) return { offset: stray, what: "`{{` is not closed" };
  const open = branches[0];
  if (open) return { offset: open.offset, what: "`{{ if }}` has no `{{ end }}`" };
  return edits;
}

function keeps(branches: readonly Branch[]): boolean {
  return branches.every((branch) => branch.keeps);
}

function act(
  inside: string,
  branches: Branch[],
  offset: number,
  parameters: Readonly<Record<string, string>>,
): { readonly text?: string; readonly what?: string } {
  if (/^\/\*[\s\S]*\*\/$/.test(inside)) return {};
  const branch = branches.at(-1);
  const [, word = "", rest = ""] = /^(if|else if|else|end)\b\s*([\s\S]*)$/.exec(inside) ?? [];
  if (word === "if" || word === "else if") {
    const holds = conditionOf(rest);
    if (holds === undefined) return { what: `\`{{ ${inside} }}\` is not understood` };
    if (word === "if") branches.push({ taken: holds, keeps: holds, offset });
    else if (branch) {
      branch.keeps = holds && !branch.taken;
      branch.taken ||= holds;
    } else return { what: "`{{ else }}` has no `{{ if }}`" };
    return {};
  }
  if (word !== "" && rest === "") {
    if (!branch) return { what: `\`{{ ${word} }}\` has no \`{{ if }}\`` };
    if (word === "end") branches.pop();
    else {
      branch.keeps = !branch.taken;
      branch.taken = true;
    }
    return {};
  }
  const parameter = PARAMETER.exec(inside);
  if (parameter === null) return { what: `\`{{ ${inside} }}\` is not understood` };
  if (!keeps(branches)) return {};
  const [, first, plain, indexed, piped] = parameter;
  const name = (plain ?? indexed)!;
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined) return { what: `the parameter \`${name}\` has no value` };
  if ((first ?? piped) !== undefined && !IDENTIFIER.test(value)) {
    return { what: `the parameter \`${name}\` is \`${value}\`, which is no identifier` };
  }
  return { text: value };
}

function conditionOf(text: string): boolean | undefined {
  const match = /^(not\s+)?\(?\s*(\.\w+)\s*\)?$/.exec(text.trim());
  if (match === null) {
    const [operator, ...names] = text.trim().split(/\s+/);
    const values = names.map((name) => CONDITIONS[name]);
    if (names.length < 2 || values.includes(undefined)) return undefined;
    if (operator === "or") return values.includes(true);
    return operator === "and" ? !values.includes(false) : undefined;
  }
  const value = Object.hasOwn(CONDITIONS, match[2]!) ? CONDITIONS[match[2]!] : undefined;
  return value === undefined || match[1] === undefined ? value : !value;
}
