/** The runs as the history has them, newest first. */
import { iso } from "./instant.ts";
import type { FailureJson } from "../failures/failure.ts";
import type { Session, TextRow } from "../postgres/session.ts";
import type { HistoryNames } from "./tables.ts";

export interface RunRow {
  readonly id: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Null while it runs, and after a kill. */
  readonly finishedAt: string | null;
  readonly durationMs: number;
  /** `running`, `applied`, `failed` or `interrupted`. */
  readonly outcome: string;
  readonly failureClass: string | null;
  readonly sqlstate: string | null;
  readonly message: string | null;
  /** Everything that was said of a failure; null in a history from before it was kept. */
  readonly failure: FailureJson | null;
  /** In the order of their application: version and name. */
  readonly migrations: readonly { readonly version: string | null; readonly name: string }[];
  readonly longestWaitMs: number | null;
  readonly host: string;
  readonly pid: number;
  readonly by: string;
  readonly commit: string | null;
  readonly toolVersion: string;
}

export interface RunFilter {
  readonly limit: number;
  /** Only those that did not end well. */
  readonly failed?: boolean;
  /** Only those that began in the last so many milliseconds. */
  readonly sinceMs?: number;
  /** The beginning of an id, in hex digits and dashes. */
  readonly id?: string;
}

export async function readRuns(
  session: Session,
  names: HistoryNames,
  filter: RunFilter,
): Promise<RunRow[]> {
  const rows = await session.query(
    `select r.id, r.command, ${iso("r.started_at")} as started_at, ${iso("r.finished_at")} as finished_at,
      (extract(epoch from coalesce(r.finished_at, pg_catalog.clock_timestamp()) - r.started_at) * 1000)::pg_catalog.int8 as duration_ms,
      r.outcome, r.failure_class, r.sqlstate, r.message,
      pg_catalog.to_jsonb(r) -> 'failure' as failure,
      (select pg_catalog.json_agg(pg_catalog.json_build_object('version', m.version, 'name', m.name) order by m.seq)
       from ${names.migrations} m where m.run_id = r.id) as migrations,
      r.longest_wait_ms, r.host, r.pid, r.run_by, r.commit_id, r.tool_version
    from ${names.runs} r
    where ($2::pg_catalog.bool is null or (r.outcome <> 'applied' and r.outcome <> 'running'))
      and ($3::pg_catalog.int8 is null
           or r.started_at > pg_catalog.clock_timestamp() - $3 * interval '1 millisecond')
      and ($4::pg_catalog.text is null or r.id::pg_catalog.text like $4 || '%')
    order by r.started_at desc, r.id
    limit $1`,
    [
      String(filter.limit),
      filter.failed ? "true" : null,
      filter.sinceMs === undefined ? null : String(filter.sinceMs),
      filter.id ?? null,
    ],
  );
  return rows.map(runOf);
}

/** When a run after this one ended well; null while none has. */
export async function readOverSince(
  session: Session,
  names: HistoryNames,
  id: string,
): Promise<string | null> {
  const [row] = await session.query(
    `select ${iso("min(n.finished_at)")} as over_since from ${names.runs} n
     where n.outcome = 'applied'
       and n.started_at > (select r.started_at from ${names.runs} r where r.id = $1)`,
    [id],
  );
  return row?.["over_since"] ?? null;
}

function runOf(row: TextRow): RunRow {
  const text = (key: string): string => row[key] ?? "";
  const parsed = (key: string): unknown => (row[key] == null ? null : JSON.parse(row[key]));
  const wait = row["longest_wait_ms"];
  return {
    id: text("id"),
    command: text("command"),
    startedAt: text("started_at"),
    finishedAt: row["finished_at"] ?? null,
    durationMs: Number(text("duration_ms")),
    outcome: text("outcome"),
    failureClass: row["failure_class"] ?? null,
    sqlstate: row["sqlstate"] ?? null,
    message: row["message"] ?? null,
    failure: parsed("failure") as FailureJson | null,
    migrations: (parsed("migrations") ?? []) as RunRow["migrations"],
    longestWaitMs: wait == null ? null : Number(wait),
    host: text("host"),
    pid: Number(text("pid")),
    by: text("run_by"),
    commit: row["commit_id"] ?? null,
    toolVersion: text("tool_version"),
  };
}
