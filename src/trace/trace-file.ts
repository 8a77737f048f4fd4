/** One pending file on the sandbox, in the transactions in which the runner would run it. */
import type { Failure } from "../failures/failure.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { Prepared, PreparedSql, PreparedStatement } from "../runner/prepare.ts";
import type { Gaps } from "./replay.ts";
import type { TracedStatement, TracedStep } from "./result.ts";
import { traceAlone } from "./trace-alone.ts";
import { traceModule } from "./trace-module.ts";
import { cleanSession, type TraceSessions } from "./trace-session.ts";
import { traceTransaction, type StepTrace } from "./trace-transaction.ts";
import { rounded, traced, untraced } from "./traced-statement.ts";

export interface FileTrace {
  readonly steps: readonly TracedStep[];
  readonly warnings: readonly string[];
  readonly untraced?: string;
  readonly failure?: Failure;
}

export interface FileContext {
  readonly sessions: TraceSessions;
  readonly settings: RunnerSettings;
  readonly gaps: Gaps;
  readonly signal: AbortSignal;
}

export async function traceFile(prepared: Prepared, context: FileContext): Promise<FileTrace> {
  const { sessions, settings, gaps, signal } = context;
  await cleanSession(sessions.work, settings);
  if (prepared.mode === "module") return traceModule(sessions, prepared, signal);
  if (prepared.mode === "opaque") return { steps: [], warnings: [], untraced: OPAQUE };
  if (prepared.mode === "file") {
    if (prepared.statements.length === 0) return { steps: [], warnings: [] };
    const step = await traceTransaction(sessions, prepared, prepared.statements, gaps);
    return asFile([stepFrom("file", step)], step.failure);
  }
  return traceUnits(prepared, context);
}

const OPAQUE = "the parser cannot read it, so its statements cannot be told apart";

async function traceUnits(prepared: PreparedSql, context: FileContext): Promise<FileTrace> {
  const { sessions, gaps } = context;
  const steps: TracedStep[] = [];
  // SET and RESET are no steps of their own: they are shown with the step behind them.
  let settings: TracedStatement[] = [];
  for (const [index, unit] of prepared.units.entries()) {
    const statement = unit[0]!;
    if (unit.length === 1 && "VariableSetStmt" in (statement.node ?? {})) {
      await sessions.work.script(statement.text);
      settings.push(traced(statement, QUIET, { locks: [], work: [] }));
      continue;
    }
    const together = statement.nonTransactional === undefined && prepared.mode === "statement";
    const step = together
      ? await traceTransaction(sessions, prepared, unit, gaps)
      : await traceAlone(sessions, prepared, statement, gaps);
    const statements = [...settings, ...step.statements];
    settings = [];
    const { failure } = step;
    if (failure) {
      const rest = prepared.units.slice(index + 1).flat();
      const reason = `line ${failure.location?.line ?? statement.line} failed before it`;
      return asFile(
        [
          ...steps,
          stepFrom(kindOf(together), { ...step, statements }),
          ...untracedStep(rest, reason),
        ],
        failure,
      );
    }
    steps.push(stepFrom(kindOf(together), { ...step, statements }));
  }
  if (settings.length > 0) steps.push(stepFrom("none", { statements: settings, held: [] }));
  return asFile(steps);
}

const QUIET = { proofs: [], durationMs: 0, changed: { created: [], dropped: [], altered: [] } };

function kindOf(together: boolean): "statement" | "none" {
  return together ? "statement" : "none";
}

function untracedStep(rest: readonly PreparedStatement[], reason: string): TracedStep[] {
  if (rest.length === 0) return [];
  return [stepFrom("none", { statements: rest.map((one) => untraced(one, reason)), held: [] })];
}

function stepFrom(
  transaction: TracedStep["transaction"],
  { statements, held }: StepTrace,
): TracedStep {
  const durationMs = rounded(statements.reduce((sum, one) => sum + one.durationMs, 0));
  return { transaction, statements, held, durationMs };
}

function asFile(steps: readonly TracedStep[], failure?: Failure): FileTrace {
  return { steps, warnings: [], ...(failure && { failure }) };
}
