/**
 * A look at a standby that the operator named. It never throws and never takes longer than it may:
 * a replica that is broken is a sentence, not a failure.
 */
import type { ConnectTarget } from "../../postgres/connect.ts";
import { resolveTarget } from "../../postgres/conninfo.ts";
import { redact } from "../../failures/redact.ts";
import { readIdentity } from "../../postgres/server-facts.ts";
import { Session } from "../../postgres/session.ts";

export interface ReplicaFacts {
  readonly inRecovery: boolean;
  /** Null where either role may not read the identifier. */
  readonly ofThisCluster: boolean | null;
  /** Since the last transaction that it has replayed was committed; 0 when it has replayed all. */
  readonly lagMs: number | null;
  /** Received and not replayed yet. */
  readonly waitingBytes: number | null;
  /** max_standby_streaming_delay; -1: replay waits for queries for ever. */
  readonly delayMs: number;
  readonly feedback: boolean;
  /** Queries that replay would not wait for any more. */
  readonly oldQueries: number;
  /** Queries of other roles whose age is hidden. */
  readonly hiddenQueries: number;
  /** Cancelled for a lock since the statistics were reset, in this database. */
  readonly lockConflicts: number;
}

export interface ReplicaLook {
  /** Without the password. */
  readonly display: string;
  readonly facts?: ReplicaFacts;
  readonly problem?: string;
}

const LOOK = `
  with delay as (select s.setting::pg_catalog.int8 as ms from pg_catalog.pg_settings s
                 where s.name = 'max_standby_streaming_delay')
  select pg_catalog.pg_is_in_recovery() as standby,
    case when not pg_catalog.pg_is_in_recovery() then null
         when pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() then 0
         else (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) * 1000)::pg_catalog.int8
    end as lag_ms,
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()) as waiting,
    (select ms from delay) as delay_ms,
    pg_catalog.current_setting('hot_standby_feedback') as feedback,
    (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a, delay d
     where a.pid <> pg_catalog.pg_backend_pid() and a.backend_type = 'client backend' and d.ms >= 0
       and a.xact_start < pg_catalog.clock_timestamp() - d.ms * interval '1 ms') as old,
    (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a
     where a.usesysid is not null and a.state is null and a.pid <> pg_catalog.pg_backend_pid()) as hidden,
    (select c.confl_lock from pg_catalog.pg_stat_database_conflicts c
     where c.datname = pg_catalog.current_database()) as conflicts`;

/** One replica, over one session that stays open between looks. */
export class Replica {
  readonly #url: string;
  readonly #budgetMs: number;
  #session: Session | undefined;
  #target: ConnectTarget | undefined;
  /** Of the standby; read once. */
  #identifier: string | null | undefined;

  constructor(url: string, budgetMs: number) {
    this.#url = url;
    this.#budgetMs = budgetMs;
  }

  /** `identifier`: the system identifier of the primary, where it is known. */
  async look(identifier: string | null): Promise<ReplicaLook> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ReplicaLook>((resolve) => {
      timer = setTimeout(() => {
        // Whatever is under way ends with its socket.
        this.#session?.destroy(new Error("it took too long"));
        this.#session = undefined;
        resolve({ display: this.#display, problem: `no answer within ${this.#budgetMs} ms` });
      }, this.#budgetMs);
    });
    const work = this.#look(identifier).catch((error: unknown): ReplicaLook => ({
      display: this.#display,
      problem: words(error),
    }));
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  get #display(): string {
    return this.#target?.display ?? redact(this.#url);
  }

  async #look(identifier: string | null): Promise<ReplicaLook> {
    this.#target ??= await resolveTarget({ url: this.#url, env: process.env });
    // The environment may ask for a primary, and this is about a standby.
    const target: ConnectTarget = {
      ...this.#target,
      targetSessionAttrs: "any",
      connectTimeoutMs: this.#budgetMs,
    };
    if (this.#session?.lost) this.#session = undefined;
    this.#session ??= await Session.open(target, { applicationName: "lockstep replica" });
    const session = this.#session;
    this.#identifier ??= (await readIdentity(session)).systemIdentifier;
    const [row] = await session.query(LOOK);
    const number = (key: string): number | null => (row?.[key] == null ? null : Number(row[key]));
    return {
      display: this.#display,
      facts: {
        inRecovery: row?.["standby"] === "t",
        ofThisCluster:
          identifier === null || this.#identifier === null ? null : this.#identifier === identifier,
        lagMs: number("lag_ms"),
        waitingBytes: number("waiting"),
        delayMs: number("delay_ms") ?? -1,
        feedback: row?.["feedback"] === "on",
        oldQueries: number("old") ?? 0,
        hiddenQueries: number("hidden") ?? 0,
        lockConflicts: number("conflicts") ?? 0,
      },
    };
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }
}

/** All of them at once; each session is closed. */
export async function lookAtReplicas(
  urls: readonly string[],
  identifier: string | null,
  budgetMs: number,
): Promise<readonly ReplicaLook[]> {
  return Promise.all(
    urls.map(async (url) => {
      const replica = new Replica(url, budgetMs);
      try {
        return await replica.look(identifier);
      } finally {
        await replica.close();
      }
    }),
  );
}

function words(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((one) => words(one)).join("; ");
  }
  return redact(error instanceof Error ? error.message : String(error));
}
