/**
 * What people want to know about the history and a run does not need: when, by whom, how long. Kept
 * apart from read.ts, which each start of each pod pays for.
 */
import { iso } from "./instant.ts";
import type { Session, TextRow } from "../postgres/session.ts";
import type { HistoryNames } from "./tables.ts";

export interface AppliedDetail {
  readonly kind: "versioned" | "repeatable" | "baseline";
  readonly version: string | null;
  readonly name: string;
  readonly checksum: string | null;
  /** ISO 8601, UTC. */
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly durationMs: number;
  readonly origin: string;
}

export interface RunDetail {
  readonly id: string;
  readonly command: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string;
  readonly failureClass: string | null;
  readonly host: string;
  readonly by: string;
}

/** In the order in which they were applied. */
export async function readApplied(session: Session, names: HistoryNames): Promise<AppliedDetail[]> {
  const rows = await session.query(`
    select m.kind, m.version, m.name, m.checksum, ${iso("m.applied_at")} as applied_at,
      m.applied_by, m.duration_ms, m.origin
    from ${names.migrations} m
    order by m.seq`);
  return rows.map((row) => ({
    kind: text(row, "kind") as AppliedDetail["kind"],
    version: row["version"] ?? null,
    name: text(row, "name"),
    checksum: row["checksum"] ?? null,
    appliedAt: text(row, "applied_at"),
    appliedBy: text(row, "applied_by"),
    durationMs: Number(row["duration_ms"]),
    origin: text(row, "origin"),
  }));
}

/** The run that began last, whatever became of it. */
export async function readLastRun(
  session: Session,
  names: HistoryNames,
): Promise<RunDetail | null> {
  const [row] = await session.query(`
    select r.id, r.command, ${iso("r.started_at")} as started_at, ${iso("r.finished_at")} as finished_at,
      r.outcome, r.failure_class, r.host, r.run_by
    from ${names.runs} r
    order by r.started_at desc, r.id
    limit 1`);
  if (row === undefined) return null;
  return {
    id: text(row, "id"),
    command: text(row, "command"),
    startedAt: text(row, "started_at"),
    finishedAt: row["finished_at"] ?? null,
    outcome: text(row, "outcome"),
    failureClass: row["failure_class"] ?? null,
    host: text(row, "host"),
    by: text(row, "run_by"),
  };
}

function text(row: TextRow, key: string): string {
  return row[key] ?? "";
}
