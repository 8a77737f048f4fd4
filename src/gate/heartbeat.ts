/**
 * The heartbeat of one running instance of the application: a row that says what it ships, kept
 * alive while it runs. The runner asks these rows before it takes away what old code uses.
 *
 * B1. It never throws into the application, never ends it, and never keeps it from ending.
 * B2. What cannot be read is not said: without a folder the instance says nothing of what it ships,
 *     and counts as old.
 * B3. Time is the server's. An instance that cannot beat expires by itself.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { classify } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { historyNames, type HistoryNames } from "../history/tables.ts";
import { quoteIdent } from "../postgres/identifiers.ts";

/** Sends one statement, alone and outside of any transaction; resolves with its rows. */
export type Send = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>;

export interface Heartbeat {
  /** The id of the row. */
  readonly instance: string;
  /** Ends the beats and takes the row away, so that a contract migration need not wait for it. */
  stop(): Promise<void>;
}

export interface HeartbeatSource {
  readonly send: Send;
  readonly historySchema: string;
  readonly historyPrefix: string;
  readonly release: string | null;
  /** The versions that this build ships; null: not known. */
  readonly ships: readonly string[] | null;
  readonly intervalMs: number;
  readonly onError: (failure: Failure) => void;
}

export const DEFAULT_INTERVAL_MS = 15_000;
/** Three beats may be lost. */
const LIFETIME_IN_BEATS = 4;
/** The application starts without its heartbeat rather than not at all. */
const PATIENCE_MS = 10_000;
/** What a crashed instance leaves is taken away by some beat of another one. */
const CLEAN_EVERY = 40;

/** Resolves when the first beat is committed, or when it is known that it cannot be. */
export async function beat(source: HeartbeatSource): Promise<Heartbeat> {
  const heart = new Heart(source);
  await heart.start();
  return { instance: heart.instance, stop: () => heart.stop() };
}

class Heart {
  readonly instance = randomUUID();
  readonly #source: HeartbeatSource;
  readonly #names: HistoryNames;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #known = false;
  #beats = 0;
  /** What was last reported; said again only after it has changed or gone. */
  #reported: string | undefined;

  constructor(source: HeartbeatSource) {
    this.#source = source;
    this.#names = historyNames(source);
  }

  start(): Promise<void> {
    return this.#next();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    await within(PATIENCE_MS / 2, this.#current);
    const { send } = this.#source;
    const gone = send(`delete from ${this.#names.heartbeats} where instance = $1`, [this.instance]);
    // Whatever is in the way now, the row expires by itself.
    await within(
      PATIENCE_MS / 2,
      gone.then(
        () => undefined,
        () => undefined,
      ),
    );
  }

  async #next(): Promise<void> {
    const { intervalMs } = this.#source;
    this.#current = this.#beat();
    await within(Math.min(PATIENCE_MS, intervalMs * LIFETIME_IN_BEATS), this.#current);
    if (this.#stopped) return;
    // Instances that were started together do not beat together.
    const pause = intervalMs * (0.8 + Math.random() * 0.2);
    this.#timer = setTimeout(() => void this.#next(), pause);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    try {
      if (!this.#known || !(await this.#again())) await this.#register();
      this.#known = true;
      this.#reported = undefined;
      this.#beats += 1;
      if (this.#beats % CLEAN_EVERY === 1) await this.#clean();
    } catch (error) {
      this.#report(error);
    }
  }

  /** False when the row is gone. It says nothing anew of what it ships, which may be a long list. */
  async #again(): Promise<boolean> {
    const { send } = this.#source;
    const rows = await send(
      `update ${this.#names.heartbeats} set ${ALIVE}, client_addr = pg_catalog.inet_client_addr(),
         role_name = session_user
       where instance = $1 returning 1`,
      [this.instance, this.#lifetime],
    );
    return rows.length > 0;
  }

  async #register(): Promise<void> {
    const { send, release, ships } = this.#source;
    await send(
      `insert into ${this.#names.heartbeats} (instance, expires_at, release, ships, host)
       values ($1, pg_catalog.clock_timestamp() + $2::pg_catalog.interval, $3, $4, $5)
       on conflict (instance) do update set ${ALIVE}`,
      [this.instance, this.#lifetime, release, ships, hostname()],
    );
  }

  async #clean(): Promise<void> {
    const { send } = this.#source;
    await send(
      `delete from ${this.#names.heartbeats} where instance in (
         select h.instance from ${this.#names.heartbeats} h
         where h.expires_at < pg_catalog.clock_timestamp() - $1::pg_catalog.interval
         limit 100 for update skip locked)`,
      ["1 hour"],
    );
  }

  get #lifetime(): string {
    return `${this.#source.intervalMs * LIFETIME_IN_BEATS} milliseconds`;
  }

  #report(error: unknown): void {
    if (this.#stopped) return;
    const sqlstate = (error as { code?: unknown } | null)?.code;
    // No run of a version that knows heartbeats was here yet: the next beat finds the table or not.
    if (sqlstate === "42P01" || sqlstate === "3F000") return;
    const failure = failureOf(error, sqlstate, this.#names);
    if (this.#reported === failure.class) return;
    this.#reported = failure.class;
    tell(this.#source.onError, failure);
  }
}

const ALIVE = `seen_at = pg_catalog.clock_timestamp(),
         expires_at = pg_catalog.clock_timestamp() + $2::pg_catalog.interval`;

/** B1: not even when the application's own function throws. */
export function tell(onError: (failure: Failure) => void, failure: Failure): void {
  try {
    onError(failure);
  } catch {
    // It had its chance.
  }
}

function failureOf(error: unknown, sqlstate: unknown, names: HistoryNames): Failure {
  const words = error instanceof Error ? error.message : String(error);
  const denied = sqlstate === "42501";
  return new Failure({
    class: denied ? "permission" : classify(error),
    what: `The heartbeat of this instance cannot be written: ${words}.`,
    state: "The application runs on; a contract migration takes it for old code.",
    ...(denied && {
      action: `As the owner of the history: \`grant usage on schema ${quoteIdent(names.schema)} to <this role>; grant select, insert, update, delete on ${names.heartbeats} to <this role>;\` (\`lockstep grants --app <role>\` prints it).`,
    }),
    cause: error,
  });
}

/** Resolves at the latest after `ms`; the work goes on by itself. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
