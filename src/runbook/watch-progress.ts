/**
 * One percentage out of the server's progress views, which count each phase from 0 by itself. Pure.
 *
 * P1. The percentage never goes back while a statement works on the same object: a phase's share is
 *     fixed, and a phase without counters stands at its beginning.
 * P2. Waiting for other sessions is no progress: it has no share, and is said by its phase.
 */

/** A row of a pg_stat_progress_* view, as JSON; columns differ between versions. */
export interface ProgressRow {
  readonly view: "create_index" | "vacuum" | "cluster" | "copy" | "analyze";
  /** Of the relation, and of the index where one is worked on. */
  readonly name: string | null;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface StepProgress {
  /** As the server calls it: `building index: scanning table`. */
  readonly phase: string;
  /** 0–100 of the whole statement; null where the server has nothing to count. */
  readonly percent: number | null;
  /** How many of how many, in words: `3 of 8 partitions`. */
  readonly detail: string | null;
  readonly relation: string | null;
}

type Row = ProgressRow["row"];
/** Share of the whole, and how much of the phase is done (0–1). */
type Phase = readonly [name: string, share: number, done: (row: Row) => number];

const NONE = (): number => 0;
const of =
  (done: string, total: string) =>
  (row: Row): number => {
    const all = number(row, total);
    return all > 0 ? Math.min(1, number(row, done) / all) : 0;
  };
const BLOCKS = of("blocks_done", "blocks_total");
const TUPLES = of("tuples_done", "tuples_total");

// Rough shares for a B-tree: what takes longest depends on the table and the machine. The validation
// of a concurrent build reads the table once more.
const BUILD: readonly Phase[] = [
  ["initializing", 0, NONE],
  ["building index: scanning table", 50, BLOCKS],
  ["building index: sorting live tuples", 15, NONE],
  ["building index: sorting dead tuples", 0, NONE],
  ["building index: loading tuples in tree", 35, TUPLES],
];
const CONCURRENTLY: readonly Phase[] = [
  ["initializing", 0, NONE],
  ["waiting for writers before build", 0, NONE],
  ["building index: scanning table", 35, BLOCKS],
  ["building index: sorting live tuples", 10, NONE],
  ["building index: sorting dead tuples", 0, NONE],
  ["building index: loading tuples in tree", 20, TUPLES],
  ["waiting for writers before validation", 0, NONE],
  ["index validation: scanning index", 10, BLOCKS],
  ["index validation: sorting tuples", 5, NONE],
  ["index validation: scanning table", 20, BLOCKS],
  ["waiting for old snapshots", 0, NONE],
  ["waiting for readers before marking dead", 0, NONE],
  ["waiting for readers before dropping", 0, NONE],
];
const VACUUM: readonly Phase[] = [
  ["initializing", 0, NONE],
  ["scanning heap", 60, of("heap_blks_scanned", "heap_blks_total")],
  // Since 17 the server counts the indexes.
  ["vacuuming indexes", 15, of("indexes_processed", "indexes_total")],
  ["vacuuming heap", 15, of("heap_blks_vacuumed", "heap_blks_total")],
  ["cleaning up indexes", 5, of("indexes_processed", "indexes_total")],
  ["truncating heap", 3, NONE],
  ["performing final cleanup", 2, NONE],
];
const CLUSTER: readonly Phase[] = [
  ["initializing", 0, NONE],
  ["seq scanning heap", 50, of("heap_blks_scanned", "heap_blks_total")],
  ["sorting tuples", 10, NONE],
  // Reads in the order of the index: nothing tells how much is left. Writing is this phase, too.
  ["index scanning heap", 0, NONE],
  ["writing new heap", 20, of("heap_tuples_written", "heap_tuples_scanned")],
  ["swapping relation files", 0, NONE],
  ["rebuilding index", 18, NONE],
  ["performing final cleanup", 2, NONE],
];
const ANALYZE: readonly Phase[] = [
  ["initializing", 0, NONE],
  ["acquiring sample rows", 80, of("sample_blks_scanned", "sample_blks_total")],
  ["acquiring inherited sample rows", 0, of("child_tables_done", "child_tables_total")],
  ["computing statistics", 15, NONE],
  ["computing extended statistics", 4, NONE],
  ["finalizing analyze", 1, NONE],
];

export function stepProgress({ view, name, row }: ProgressRow): StepProgress {
  if (view === "copy") return copyProgress(name, row);
  const phase = text(row, "phase");
  const base = { phase, relation: name };
  switch (view) {
    case "create_index": {
      const concurrently = text(row, "command").endsWith("CONCURRENTLY");
      const one = weigh(concurrently ? CONCURRENTLY : BUILD, row, phase);
      return { ...base, ...overPartitions(one, row), ...lockers(phase, row) };
    }
    case "vacuum":
      return { ...base, percent: weigh(VACUUM, row, phase), detail: null };
    case "cluster": {
      // Without a sequential scan the largest part has no end that is known.
      const known = phase !== "index scanning heap";
      return { ...base, percent: known ? weigh(CLUSTER, row, phase) : null, detail: rebuilt(row) };
    }
    case "analyze":
      return { ...base, percent: weigh(ANALYZE, row, phase), detail: null };
  }
}

function weigh(phases: readonly Phase[], row: Row, phase: string): number | null {
  let before = 0;
  for (const [name, share, done] of phases) {
    if (name === phase) return before + share * done(row);
    before += share;
  }
  // Other access methods have one phase for the whole build, `building index`.
  if (!phase.startsWith("building index")) return null;
  const build = phases.filter(([name]) => name.startsWith("building index"));
  const total = build.reduce((sum, [, share]) => sum + share, 0);
  return total * Math.max(BLOCKS(row), TUPLES(row));
}

function overPartitions(
  percent: number | null,
  row: Row,
): Pick<StepProgress, "percent" | "detail"> {
  const total = number(row, "partitions_total");
  if (total === 0) return { percent, detail: null };
  const done = number(row, "partitions_done");
  return {
    percent: (100 * Math.min(total, done + (percent ?? 0) / 100)) / total,
    detail: `${done} of ${total} partitions`,
  };
}

/** P2. While it waits for sessions, their number is what there is to tell. */
function lockers(phase: string, row: Row): Partial<Pick<StepProgress, "detail">> {
  const total = number(row, "lockers_total");
  if (!phase.startsWith("waiting for") || total === 0) return {};
  return { detail: `${number(row, "lockers_done")} of ${total} sessions done` };
}

function rebuilt(row: Row): string | null {
  const indexes = number(row, "index_rebuild_count");
  return indexes === 0 ? null : `${indexes} ${indexes === 1 ? "index" : "indexes"} rebuilt`;
}

function copyProgress(relation: string | null, row: Row): StepProgress {
  const total = number(row, "bytes_total");
  return {
    phase: "copying",
    // From the client the end is not known.
    percent: total > 0 ? 100 * Math.min(1, number(row, "bytes_processed") / total) : null,
    detail: `${number(row, "tuples_processed")} rows`,
    relation,
  };
}

function text(row: Row, key: string): string {
  const value = row[key];
  return typeof value === "string" ? value : "";
}

function number(row: Row, key: string): number {
  const value = Number(row[key] ?? 0);
  return Number.isFinite(value) ? value : 0;
}
