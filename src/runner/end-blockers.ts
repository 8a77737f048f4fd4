/**
 * Does what the policy for blockers says (blocker-policy.ts), on the observer's session.
 *
 * N1. The statement that cancels checks again that it is the same backend, in the same transaction
 *     and state, and still in the way: a pid that was reused, or a session that went on, is not hit.
 * N2. The same statement writes the audit row, so that neither is there without the other, also when
 *     this run fails or is killed a moment later. It is the observer's only write, waits for no lock
 *     and no standby, and is over before the next look.
 * N3. Nothing here fails a run. Without the right to cancel, it is a warning with the GRANT.
 */
import type { BlockerRule } from "../config/blockers-config.ts";
import { classify, serverError } from "../failures/classify.ts";
import { redact } from "../failures/redact.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import type { TextRow } from "../postgres/session.ts";
import { conflictsWith, pgLocksName } from "../locks/lock-mode.ts";
import { isHiddenFrom, judgeBlocker, type Blocker, type BlockerAction } from "./blocker-policy.ts";
import type { SessionInfo } from "./events.ts";
import { describeSession, sessionInfo, type Observer, type WantedLock } from "./observer.ts";
import type { RunContext } from "./run-context.ts";

/** In what way a session is in the way: it holds a lock, or a statement of ours waits for it. */
export type InTheWay = { readonly wanted: readonly WantedLock[] } | { readonly waiting: number };

/** What was told to end needs a moment; what is deaf is told again. */
const AGAIN_MS = 5_000;

const FACTS = `
  select a.pid, a.usename, a.application_name, a.client_addr, a.state, a.backend_type,
    (extract(epoch from pg_catalog.clock_timestamp() - a.xact_start) * 1000)::pg_catalog.int8 as xact_ms,
    (extract(epoch from pg_catalog.clock_timestamp() - a.state_change) * 1000)::pg_catalog.int8 as state_ms,
    pg_catalog.left(a.query, 200) as query,
    extract(epoch from a.backend_start)::pg_catalog.text as backend_start,
    extract(epoch from a.xact_start)::pg_catalog.text as xact_start,
    extract(epoch from a.state_change)::pg_catalog.text as state_change,
    coalesce(r.rolsuper, true) as superuser, a.usename = session_user as own,
    a.datname = pg_catalog.current_database() as here, session_user as "user"
  from pg_catalog.pg_stat_activity a
  left join pg_catalog.pg_roles r on r.oid = a.usesysid
  where a.pid = any ($1::pg_catalog.int4[])`;

const FUNCTIONS: Record<BlockerAction, string> = {
  cancel: "pg_catalog.pg_cancel_backend(a.pid)",
  terminate: "pg_catalog.pg_terminate_backend(a.pid)",
};

export class BlockerEnder {
  readonly #ctx: RunContext;
  readonly #observer: Observer;
  readonly #rules: readonly BlockerRule[];
  /** When each was told last, by backend and transaction. */
  readonly #told = new Map<string, number>();
  readonly #warned = new Set<string>();
  #prepared = false;

  constructor(ctx: RunContext, observer: Observer, rules: readonly BlockerRule[]) {
    this.#ctx = ctx;
    this.#observer = observer;
    this.#rules = rules;
  }

  /** Of those that were seen in the way, ends whom the rules say. */
  async consider(migration: string, seen: readonly SessionInfo[], way: InTheWay): Promise<void> {
    const { session, ownPids } = this.#observer;
    const pids = seen.map(({ pid }) => pid).filter((pid) => pid !== 0 && !ownPids.includes(pid));
    if (pids.length === 0 || session.lost) return;
    try {
      await this.#prepare();
      for (const row of await session.query(FACTS, [pids])) await this.#judge(migration, row, way);
    } catch (error) {
      // N3. A lost observer is noticed elsewhere.
      if (!session.lost) this.#warn("failed", `Blockers could not be cancelled: ${words(error)}.`);
    }
  }

  /** N2: it is a session of ours alone. The history is written by the login role. */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    await this.#observer.session.query(
      `select pg_catalog.set_config('lock_timeout', '1s', false),
              pg_catalog.set_config('statement_timeout', '5s', false),
              pg_catalog.set_config('default_transaction_read_only', 'off', false),
              pg_catalog.set_config('role', 'none', false),
              pg_catalog.set_config('synchronous_commit', 'local', false)`,
    );
    this.#prepared = true;
  }

  async #judge(migration: string, row: TextRow, way: InTheWay): Promise<void> {
    const blocker = blockerOf(row);
    if (isHiddenFrom(blocker, this.#rules)) {
      this.#warn(
        `hidden ${blocker.user}`,
        `${describeSession(blocker)} is in the way, and role \`${row["user"]}\` cannot see for how long: \`grant pg_read_all_stats to ${quoteIdent(row["user"] ?? "")}\`.`,
        migration,
      );
    }
    const { action, rule } = judgeBlocker(blocker, this.#rules);
    if (action === "none" || rule === undefined) return;
    const key = [row["pid"], row["backend_start"], row["xact_start"]].join(" ");
    if (performance.now() - (this.#told.get(key) ?? -Infinity) < AGAIN_MS) return;
    this.#told.set(key, performance.now());
    await this.#end({ migration, blocker, row, action, rule, way });
  }

  async #end(about: {
    readonly migration: string;
    readonly blocker: Blocker;
    readonly row: TextRow;
    readonly action: BlockerAction;
    readonly rule: string;
    readonly way: InTheWay;
  }): Promise<void> {
    const { migration, blocker, row, action, rule, way } = about;
    const { pid, user = "", application, state, transactionAgeMs, stateAgeMs, query } = blocker;
    const said = {
      pid,
      user,
      ...(application !== undefined && { application }),
      action,
      ...(state !== undefined && { state }),
      ...(transactionAgeMs !== undefined && { transactionAgeMs }),
      ...(query !== undefined && { query: redact(query) }),
    };
    const detail = { ...said, ...(stateAgeMs !== undefined && { stateAgeMs }) };
    const { names, runId } = this.#ctx;
    const condition = stillInTheWay(way);
    try {
      const done = await this.#observer.session.query(
        `with told as materialized (
           select ${FUNCTIONS[action]} as done from pg_catalog.pg_stat_activity a
           where a.pid = $6 and extract(epoch from a.backend_start)::pg_catalog.text = $7
             and extract(epoch from a.xact_start)::pg_catalog.text = $8
             and a.state = $9 and (a.state = 'active' or extract(epoch from a.state_change)::pg_catalog.text = $10)
             and ${condition.text})
         insert into ${names.audit} (run_id, action, migration, done_by, reason, detail)
         select $1, 'cancel', $2, $3, $4, $5::pg_catalog.jsonb from told where told.done
         returning id`,
        [
          runId,
          migration,
          "policy",
          rule,
          JSON.stringify(detail),
          String(pid),
          row["backend_start"],
          row["xact_start"],
          state,
          row["state_change"],
          ...condition.values,
        ],
      );
      if (done.length > 0) {
        this.#ctx.emit({ event: "blocker-cancelled", migration, rule, ...said });
      }
    } catch (error) {
      if (serverError(error)?.sqlstate !== "42501") throw error;
      const us = quoteIdent(row["user"] ?? "");
      this.#warn(
        `right ${user}`,
        `${describeSession(blocker)} is in the way, and role \`${row["user"]}\` may not ${action} it: \`grant pg_signal_backend to ${us}\`, or \`grant ${quoteIdent(user)} to ${us}\`.`,
        migration,
      );
    }
  }

  #warn(once: string, message: string, migration?: string): void {
    if (this.#warned.has(once)) return;
    this.#warned.add(once);
    this.#ctx.warn("blockers", message, migration);
  }
}

function stillInTheWay(way: InTheWay): { readonly text: string; readonly values: unknown[] } {
  if ("waiting" in way) {
    return {
      text: "a.pid = any (pg_catalog.pg_blocking_pids($11))",
      values: [String(way.waiting)],
    };
  }
  return {
    text: `exists (
      select from rows from (pg_catalog.unnest($11::pg_catalog.text[]), pg_catalog.unnest($12::pg_catalog.text[])) w(name, modes)
      join pg_catalog.pg_locks l on l.mode = any (pg_catalog.string_to_array(w.modes, ','))
        and l.relation = coalesce(
          (select i.indrelid from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass(w.name)),
          pg_catalog.to_regclass(w.name)::pg_catalog.oid)
      where l.granted and l.locktype = 'relation' and l.pid = a.pid
        and l.database = (select d.oid from pg_catalog.pg_database d
                          where d.datname = pg_catalog.current_database()))`,
    values: [
      way.wanted.map(({ regclass }) => regclass),
      way.wanted.map(({ mode }) => conflictsWith(mode).map(pgLocksName).join(",")),
    ],
  };
}

function blockerOf(row: TextRow): Blocker {
  const stateAge = row["state_ms"];
  return {
    ...sessionInfo(row),
    superuser: row["superuser"] === "t",
    ownRole: row["own"] === "t",
    here: row["here"] === "t",
    ...(stateAge != null && { stateAgeMs: Number(stateAge) }),
  };
}

function words(error: unknown): string {
  const server = serverError(error);
  if (server) return `${server.message} (SQLSTATE ${server.sqlstate})`;
  return `${classify(error)}, ${error instanceof Error ? error.message : String(error)}`;
}
