/** What can be done about the findings at a place: the fix of the rule, or a comment that allows. */
import {
  type CodeAction,
  CodeActionKind,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Finding, Fix } from "../lint/finding.ts";
import { RULES } from "../lint/registry.ts";
import { hasBom } from "../sql/locate.ts";
import type { Checked, SeenStatement } from "./check.ts";
import { diagnosticOf, rangeOf, touches } from "./diagnostics.ts";
import type { Places } from "./positions.ts";

export interface ActionAbilities {
  /** Edits of a client that can tell for which version they are. */
  readonly versionedEdits: boolean;
  /** The client shows actions that cannot be chosen, with the reason. */
  readonly disabledActions: boolean;
}

/** What cannot be read, and what is wrong with a comment, is no matter of opinion. */
const ALLOWED: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));

export function actionsIn(
  range: Range,
  document: TextDocument,
  checked: Checked,
  places: Places,
  abilities: ActionAbilities,
): CodeAction[] {
  const here = checked.findings.filter((finding) => touches(rangeOf(finding, places), range));
  const edit = (edits: TextEdit[]): WorkspaceEdit => {
    const { uri, version } = document;
    return abilities.versionedEdits
      ? { documentChanges: [{ textDocument: { uri, version }, edits }] }
      : { changes: { [uri]: edits } };
  };
  const fixes = here.flatMap((finding) => fixOf(finding, places, abilities, edit));
  const allowing = here
    .filter(({ rule }) => ALLOWED.has(rule))
    .map((finding) => allowOf(finding, checked, places, edit));
  return [...fixes, ...allowing];
}

type MakeEdit = (edits: TextEdit[]) => WorkspaceEdit;

function fixOf(
  finding: Finding,
  places: Places,
  { disabledActions }: ActionAbilities,
  edit: MakeEdit,
): CodeAction[] {
  const { fix } = finding;
  if (fix === null) return [];
  const action = {
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(finding, places)],
  };
  if (fix.edits.length > 0) {
    return [{ ...action, isPreferred: true, edit: edit(editsOf(fix, places)) }];
  }
  if (fix.recipe === undefined || !disabledActions) return [];
  const reason = `This takes several files (recipe ${fix.recipe}): lockstep lint --fix writes them.`;
  return [{ ...action, disabled: { reason } }];
}

function editsOf({ edits }: Fix, places: Places): TextEdit[] {
  return edits.map(({ start, end, text }) => ({
    range: { start: places.atByte(start), end: places.atByte(end) },
    newText: text,
  }));
}

/** The author has to add the reason: a comment without one allows nothing, and lint says so. */
function allowOf(
  finding: Finding,
  { statements }: Checked,
  places: Places,
  edit: MakeEdit,
): CodeAction {
  const at = places.byteAt(rangeOf(finding, places).start);
  const statement =
    finding.statement === 0
      ? undefined
      : statements.find(({ start, end }) => start <= at && at < end);
  const { offset, text } =
    statement === undefined
      ? { offset: hasBom(places.bytes) ? 3 : 0, text: `-- lockstep:allow-file ${finding.rule} \n` }
      : commentAbove(statement, finding.rule, places.bytes);
  const position = places.atByte(offset);
  return {
    title:
      statement === undefined ? `Allow ${finding.rule} in this file` : `Allow ${finding.rule} here`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(finding, places)],
    edit: edit([{ range: { start: position, end: position }, newText: text }]),
  };
}

function commentAbove(
  { start }: SeenStatement,
  rule: string,
  bytes: Buffer,
): { offset: number; text: string } {
  const lineStart = bytes.lastIndexOf("\n", start - 1, "latin1") + 1;
  const before = start === 0 ? "" : bytes.toString("utf8", lineStart, start).replace("\uFEFF", "");
  const comment = `-- lockstep:allow ${rule} \n`;
  // Behind another statement on its line, a comment above the line would belong to that one.
  return before.trim() === ""
    ? { offset: start, text: comment + before }
    : { offset: start, text: `\n${comment}` };
}
