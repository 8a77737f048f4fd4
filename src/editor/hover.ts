/** What is said about a place: the rules that complain there, and what its statement does. */
import type { Hover, Position } from "vscode-languageserver/node";
import type { EffectLock, Work } from "../lint/context.ts";
import type { Finding } from "../lint/finding.ts";
import { ALL_RULES } from "../lint/registry.ts";
import { describeWork } from "../lint/rules/support/work.ts";
import { blocksReads, blocksWrites, type LockMode } from "../locks/lock-mode.ts";
import type { Checked, SeenStatement } from "./check.ts";
import { rangeOf, touches } from "./diagnostics.ts";
import type { Places } from "./positions.ts";

export function hoverAt(
  position: Position,
  { findings, statements, pgVersion }: Checked,
  places: Places,
  kind: "markdown" | "plaintext",
): Hover | undefined {
  const caret = { start: position, end: position };
  const here = findings.filter((finding) => touches(rangeOf(finding, places), caret));
  const offset = places.byteAt(position);
  const statement = statements.find(({ start, end }) => start <= offset && offset <= end);
  const parts = [
    ...new Set(here.map(aboutRule)),
    ...(statement === undefined ? [] : aboutStatement(statement, pgVersion)),
  ];
  if (parts.length === 0) return undefined;
  const first = here[0];
  return {
    contents: { kind, value: parts.join("\n\n") },
    ...(statement !== undefined
      ? { range: { start: places.atByte(statement.start), end: places.atByte(statement.end) } }
      : first && { range: rangeOf(first, places) }),
  };
}

function aboutRule({ rule: id, message, fix }: Finding): string {
  const rule = ALL_RULES.find((one) => one.id === id);
  if (rule === undefined) return `**${id}**\n\n${message}`;
  const several =
    fix?.recipe === undefined
      ? []
      : [
          `${fix.title}: this takes several files (recipe \`${fix.recipe}\`), which \`lockstep lint --fix\` writes.`,
        ];
  return [`**${id}**: ${rule.summary}.`, rule.why, `Instead: ${rule.instead}`, ...several].join(
    "\n\n",
  );
}

function aboutStatement({ effects, held }: SeenStatement, pgVersion: number): string[] {
  const { locks, work, unknown } = effects;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`**${title}**\n\n${lines.map((line) => `- ${line}`).join("\n")}`];
  const own = locks.length === 0 ? ["none on a table"] : locks.map(aboutLock);
  return [
    ...section(`Locks on PostgreSQL ${pgVersion}`, own),
    ...section(
      "Held by its transaction",
      held.map(
        ({ relation, mode, by }) =>
          `\`${relation}\`: ${mode} since line ${by.line}; ${waits(mode)}`,
      ),
    ),
    ...section("Long work", work.map(aboutWork)),
    ...section("Not known", unknown),
  ];
}

function aboutLock({ relation, mode, isNew }: EffectLock): string {
  return `\`${relation}\`: ${mode}; ${isNew ? "it is new, and nobody waits" : waits(mode)}`;
}

function waits(mode: LockMode): string {
  if (blocksReads(mode)) return "reads and writes wait";
  return blocksWrites(mode) ? "writes wait, and reads go on" : "reads and writes go on";
}

function aboutWork(work: Work): string {
  if (work.harmful) return describeWork(work);
  const kind = work.kind.replaceAll("-", " ");
  return `\`${work.relation}\`: ${kind}, and nobody waits for it: ${work.reason}.`;
}
