/**
 * How long a step would block others in production. Pure: what the trace saw, times the sizes and
 * rates of the statistics.
 *
 * D1. A lock is held from the beginning of the statement that takes it to the commit, so every work
 *     of the step from there on counts, on whatever table it is.
 * D2. What is not known is said. A table without statistics has no predicted duration, and rows that
 *     a statement changes are not counted: how many there are only production knows.
 */
import { byName, type Calibration } from "./calibrate.ts";
import { GIGABYTE, type Rates } from "./rates.ts";
import type { HeldLock, PredictedWork, Prediction, Range, TracedStep } from "./result.ts";
import type { Stats, TableStats } from "./stats-file.ts";

export interface PredictOptions {
  readonly stats: Stats;
  readonly rates: Rates;
  readonly calibration: Calibration;
}

/** One for each relation on which others wait, in the order in which the step takes them. */
export function predict(step: TracedStep, options: PredictOptions): readonly Prediction[] {
  const tables = byName(options.stats.tables);
  const blocking = step.held.filter(({ blocksWrites }) => blocksWrites);
  if (blocking.length === 0) return [];
  const works = step.statements.flatMap(({ ordinal, work }) =>
    work
      .filter(({ isNew }) => !isNew)
      .map(({ kind, relation, index }) => ({ ordinal, kind, relation, index })),
  );
  return blocking.map((lock) => {
    const because: PredictedWork[] = [];
    const unknown = new Set<string>();
    let sizeUnknown = false;
    for (const { ordinal, kind, relation, index } of works) {
      if (ordinal < (lock.blocksSince ?? 0)) continue;
      const table = tables.get(relation);
      if (table === undefined) {
        sizeUnknown = true;
        unknown.add(`the statistics do not know \`${relation}\``);
        continue;
      }
      const bytes = kind === "rewrite" ? table.heapBytes + table.toastBytes : table.heapBytes;
      because.push({
        statement: ordinal,
        kind,
        relation,
        ...(index !== undefined && { index }),
        bytes,
        ...durationOf(bytes, kind, options),
      });
    }
    for (const reason of unpredictable(step, lock)) unknown.add(reason);
    const held = sizeUnknown ? null : sum(because, ownMs(step, lock));
    return {
      relation: lock.relation,
      mode: lock.mode,
      held,
      waits: waitsFor(lock, tables.get(lock.relation), held),
      because,
      unknown: [...unknown],
    };
  });
}

function durationOf(
  bytes: number,
  kind: PredictedWork["kind"],
  { rates, calibration }: PredictOptions,
): Range {
  const { p10, median, p90 } = rates.secondsPerGigabyte[kind];
  const { factor, spread } = calibration;
  const perGigabyte = (bytes / GIGABYTE) * factor * 1000;
  const expectedMs = perGigabyte * median;
  return {
    expectedMs,
    // The wider of the two doubts: about the work, and about the machine.
    lowMs: Math.min(perGigabyte * p10, expectedMs / spread),
    highMs: Math.max(perGigabyte * p90, expectedMs * spread),
  };
}

/** What the statements took on empty tables: parsing, catalogs, round trips. */
function ownMs({ statements }: TracedStep, { blocksSince }: HeldLock): number {
  return statements
    .filter(({ ordinal }) => ordinal >= (blocksSince ?? 0))
    .reduce((total, { durationMs }) => total + durationMs, 0);
}

function sum(works: readonly PredictedWork[], ownDurationMs: number): Range {
  const total = (key: keyof Range): number =>
    Math.round((ownDurationMs + works.reduce((all, work) => all + work[key], 0)) * 10) / 10;
  return { lowMs: total("lowMs"), expectedMs: total("expectedMs"), highMs: total("highMs") };
}

const CHANGES_ROWS = /^\s*(?:with|insert|update|delete|merge|copy|do|call|select|execute)\b/i;

function unpredictable({ statements }: TracedStep, { blocksSince }: HeldLock): string[] {
  return statements.flatMap(({ ordinal, line, summary, outcome }) => {
    if (ordinal < (blocksSince ?? 0)) return [];
    if (outcome !== "traced") return [`line ${line} was not traced`];
    return CHANGES_ROWS.test(summary) ? [`how long line ${line} takes depends on its rows`] : [];
  });
}

function waitsFor(
  { blocksReads, blocksWrites }: HeldLock,
  table: TableStats | undefined,
  held: Range | null,
): Prediction["waits"] {
  const meanwhile = (...rates: (number | null | undefined)[]): number | null => {
    if (held === null) return null;
    let perSecond = 0;
    for (const rate of rates) {
      if (rate === null || rate === undefined) return null;
      perSecond += rate;
    }
    return Math.round((perSecond * held.expectedMs) / 100) / 10;
  };
  return {
    reads: blocksReads,
    writes: blocksWrites,
    readsMeanwhile: blocksReads
      ? meanwhile(table?.sequentialScansPerSecond, table?.indexScansPerSecond)
      : 0,
    writesMeanwhile: blocksWrites
      ? meanwhile(table?.insertsPerSecond, table?.updatesPerSecond, table?.deletesPerSecond)
      : 0,
  };
}
