/** `plan` for people: steps, transaction boundaries, and who waits behind which lock. */
import type {
  Plan,
  PlannedLock,
  PlannedMigration,
  PlannedStatement,
  PlannedStep,
  RefusedMigration,
} from "../../runner/plan.ts";
import type { Directives } from "../../sql/statement.ts";
import { blocksReads, blocksWrites } from "../../locks/lock-mode.ts";
import type { Paint } from "./paint.ts";
import { windowLine } from "./window-line.ts";
import { padEnd, displayWidth, oneLine, printable } from "./width.ts";
import { count, formatDuration, whoWaits } from "./words.ts";

/** Lines to show under a step, by the migration's id and the number of the step from 0. */
export type UnderStep = (id: string, step: number) => readonly string[];

export function renderPlan(plan: Plan, paint: Paint, under: UnderStep = () => []): string[] {
  const history = plan.historyExists ? "" : ", no history yet";
  const head = paint.dim(`PostgreSQL ${plan.server}, ${plan.connection} connection${history}`);
  if (plan.migrations.length === 0 && plan.refused.length === 0) {
    return [head, plan.direction === "up" ? "Nothing to apply." : "Nothing to revert."];
  }
  return [
    head,
    ...plan.migrations.flatMap((migration) => ["", ...renderMigration(migration, paint, under)]),
    ...plan.refused.flatMap((refused) => ["", ...renderRefused(refused, paint)]),
    "",
    paint.bold(planSummary(plan)),
    ...windowLine(plan.window, paint),
  ];
}

function planSummary(plan: Plan): string {
  const verb = plan.direction === "up" ? "to apply" : "to revert";
  const steps = plan.migrations.reduce((sum, migration) => sum + migration.steps.length, 0);
  const refused =
    plan.refused.length === 0
      ? ""
      : ` ${count(plan.refused.length, "migration")} refused: nothing is applied until that is settled.`;
  return `${count(plan.migrations.length, "migration")} ${verb} in ${count(steps, "step")}.${refused}`;
}

function renderMigration(migration: PlannedMigration, paint: Paint, under: UnderStep): string[] {
  const kind = migration.kind === "repeatable" ? ", repeatable" : "";
  const settings = directivesText(migration.directives);
  return [
    `${paint.bold(migration.id)} ${paint.dim(`${migration.file}${kind}${settings}`)}`,
    ...migration.warnings.map((warning) => `  ${paint.yellow("!")} ${oneLine(warning)}`),
    ...migration.steps.flatMap((step, at) => [
      ...renderStep(step, paint),
      ...under(migration.id, at).map((line) => `    ${line}`),
    ]),
  ];
}

function directivesText(directives: Directives): string {
  const parts: string[] = [];
  if (directives.lockTimeoutMs !== undefined) {
    parts.push(`lock timeout ${formatDuration(directives.lockTimeoutMs)}`);
  }
  if (directives.statementTimeoutMs !== undefined) {
    parts.push(`statement timeout ${formatDuration(directives.statementTimeoutMs)}`);
  }
  if (directives.role !== undefined) parts.push(`as role ${directives.role}`);
  return parts.map((part) => `, ${part}`).join("");
}

/** A bracket on the left joins what commits together; a dot stands for a statement by itself. */
function renderStep(step: PlannedStep, paint: Paint): string[] {
  const title = `  ${paint.cyan(STEP_TITLES[step.transaction])}`;
  const body = step.statements.flatMap((statement) => renderStatement(statement, paint));
  const mark = step.transaction === "file" || step.transaction === "module" ? "│" : "·";
  return [title, ...body.map((line) => `  ${paint.dim(mark)} ${line}`)];
}

const STEP_TITLES: Record<PlannedStep["transaction"], string> = {
  file: "one transaction",
  statement: "a transaction of its own, journaled",
  none: "outside a transaction, journaled",
  module: "a module: its statements are known only when it runs",
};

function renderStatement(statement: PlannedStatement, paint: Paint): string[] {
  const line = paint.dim(`line ${statement.line}`);
  return [
    `${line}  ${oneLine(statement.summary)}`,
    ...statement.locks.map((lock) => `    ${renderLock(lock, paint)}`),
  ];
}

/** `ACCESS EXCLUSIVE on users: reads and writes wait`. */
export function renderLock(lock: PlannedLock, paint: Paint): string {
  const stops = blocksReads(lock.mode) || blocksWrites(lock.mode);
  const mode = blocksReads(lock.mode)
    ? paint.red(lock.mode)
    : stops
      ? paint.yellow(lock.mode)
      : lock.mode;
  const assumed = lock.known ? "" : paint.dim(" (not measured; the strongest mode is assumed)");
  return `${mode} on ${oneLine(lock.relation)}: ${whoWaits(lock.mode)}${assumed}`;
}

function renderRefused(refused: RefusedMigration, paint: Paint): string[] {
  const { failure } = refused;
  const label = "What to do: ";
  const pad = " ".repeat(displayWidth(label));
  const [action = "", ...more] = printable(failure.action).split("\n");
  const place = failure.location === undefined ? "" : `:${failure.location.line}`;
  return [
    `${paint.red("✗")} ${paint.bold(refused.id)} ${paint.dim(`${refused.file}${place}`)} ${paint.red("refused")}`,
    `  ${oneLine(failure.what)}`,
    ...(failure.notes ?? []).map((note) => `  ${oneLine(note)}`),
    `  ${paint.cyan(padEnd(label.trimEnd(), label.length))}${action}`,
    ...more.map((line) => `  ${pad}${line}`),
  ];
}
