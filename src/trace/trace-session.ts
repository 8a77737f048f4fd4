/** The sessions that a trace works with, and how one statement is watched on them. */
import { quoteIdent } from "../postgres/identifiers.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import { Session } from "../postgres/session.ts";
import type { RunnerSettings } from "../runner/options.ts";
import {
  observeInTransaction,
  observeWaiting,
  type Observation,
  type ObservedSession,
} from "./observe.ts";

export interface TraceSessions extends AsyncDisposable {
  /** Runs what is traced. */
  readonly work: Session;
  readonly observer: Session;
  /** Stands in the way of what can only be seen while it waits. */
  readonly holder: Session;
  readonly url: string;
}

export async function openTraceSessions(url: string): Promise<TraceSessions> {
  const target = await resolveTarget({ url, env: {} });
  const open = (): Promise<Session> => Session.open(target, { applicationName: "lockstep trace" });
  const [work, observer, holder] = await Promise.all([open(), open(), open()]);
  return {
    work,
    observer,
    holder,
    url,
    [Symbol.asyncDispose]: async () => {
      for (const session of [work, observer, holder]) await session.close();
    },
  };
}

/** A file begins in a session as the runner gives it one, but for its timeouts. */
export async function cleanSession(session: Session, settings: RunnerSettings): Promise<void> {
  await session.query("discard all");
  const { searchPath } = settings;
  await session.query(
    `set standard_conforming_strings = on; set timezone = 'UTC'; set lock_timeout = '30s'`,
  );
  if (searchPath !== undefined) {
    await session.query("select pg_catalog.set_config('search_path', $1, false)", [searchPath]);
  }
}

/** `execute` is how the text is sent, where it is not one message by itself. */
export function watchInTransaction(
  session: Session,
  text: string,
  execute?: () => Promise<unknown>,
): Promise<Observation> {
  return observeInTransaction(asObserved(session, execute), text);
}

export type Alone =
  | { readonly seen: Observation }
  /** It ran to its end without a lock that the holder stops. */
  | { readonly seen: undefined; readonly durationMs: number };

export async function watchAlone(
  { work, observer, holder }: TraceSessions,
  text: string,
): Promise<Alone> {
  const began = performance.now();
  try {
    const seen = await observeWaiting(asObserved(work), asObserved(observer), text, {
      hold: () => holdEverything(holder),
      release: async () => void (await holder.query("rollback")),
    });
    return { seen };
  } catch (error) {
    if (!(error instanceof Error) || !/ended without waiting/.test(error.message)) throw error;
    return { seen: undefined, durationMs: performance.now() - began };
  }
}

/**
 * In the weakest mode that conflicts with itself: everything that cannot run in a transaction and
 * locks a table takes at least this one.
 */
async function holdEverything(holder: Session): Promise<void> {
  const tables = await holder.query(
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence <> 't'
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     order by c.oid`,
  );
  await holder.query("begin");
  if (tables.length === 0) return;
  const names = tables.map(
    ({ schema, name }) => `only ${quoteIdent(schema!)}.${quoteIdent(name!)}`,
  );
  await holder.query(`lock table ${names.join(", ")} in share update exclusive mode`);
}

function asObserved(session: Session, execute?: () => Promise<unknown>): ObservedSession {
  return {
    query: (text, values) => session.query(text, values),
    script: async (text) => {
      await (execute === undefined ? session.script(text) : execute());
    },
    get onNotice() {
      return session.onNotice;
    },
    set onNotice(listener) {
      session.onNotice = listener;
    },
  };
}
