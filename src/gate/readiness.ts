/**
 * Readiness for probes: the same look as the gate's, answered out of memory. However many probes ask,
 * the database is asked at most once a second, and never by two at a time.
 *
 * P1. An answer is as old as `notReadyMs` or `readyMs` at most; a probe that comes later waits for a
 *     new one, together with all others that come meanwhile.
 * P2. A database that cannot be asked does not make a ready instance unready for `graceMs`: a restart
 *     of the server would take every pod out of service at once, and none of them is to blame.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { MigrationSet } from "../migrations/migration.ts";
import { runKey } from "../postgres/advisory-lock.ts";
import { historyNames } from "../history/tables.ts";
import { redact } from "../failures/redact.ts";
import { inTime } from "./in-time.ts";
import { createLook, type Look, type Query } from "./look.ts";
import type { GateRules, GateState } from "./state.ts";
import { reasons } from "./verdict.ts";

export interface ReadinessOptions {
  readonly source: () => Promise<MigrationSet>;
  readonly historySchema: string;
  readonly historyPrefix: string;
  readonly rules: GateRules;
  /** How long an answer holds, in milliseconds; at least a second. Default 1000. */
  readonly notReadyMs?: number;
  /** The same once it is ready. Default 5000. */
  readonly readyMs?: number;
  /** How long it stays ready while the database gives no answer, in milliseconds. Default 60000. */
  readonly graceMs?: number;
}

export interface Readiness {
  /** Rejects when the database cannot be asked, and was not within the grace period. */
  check(): Promise<GateState>;
  /** 200 or 503, with a JSON body that says why; never throws. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

/** A way to the database, and how to let go of it. */
export interface Asking {
  readonly query: Query;
  close(): Promise<void>;
}

const ONE_QUERY_MS = 1000;
/** How long one look may take. */
export const ANSWER_MS = 5000;

export function createReadiness(open: () => Promise<Asking>, options: ReadinessOptions): Readiness {
  const { rules, graceMs = 60_000 } = options;
  const notReadyMs = Math.max(ONE_QUERY_MS, options.notReadyMs ?? ONE_QUERY_MS);
  const readyMs = Math.max(ONE_QUERY_MS, options.readyMs ?? 5 * ONE_QUERY_MS);
  let look: Look | undefined;
  let asking: Promise<Asking> | undefined;
  let last: { readonly at: number; readonly state: GateState } | undefined;
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  let flight: Promise<GateState> | undefined;
  let closed = false;

  const ask = async (): Promise<GateState> => {
    look ??= createLook({
      names: historyNames(options),
      lock: runKey(historyNames(options).lockName),
      set: await options.source(),
      rules,
    });
    const through = (asking ??= open());
    try {
      const { query } = await through;
      // A pool with no free connection must not keep the probe either.
      const state = await inTime(look(query), ANSWER_MS);
      last = { at: performance.now(), state };
      failed = undefined;
      return state;
    } catch (error) {
      failed = { at: performance.now(), error };
      if (asking === through) asking = undefined;
      void through.then((one) => one.close()).catch(() => {});
      throw error;
    }
  };

  const check = async (): Promise<GateState> => {
    if (closed) throw new Error("This readiness check is closed");
    const now = performance.now();
    if (last && now - last.at < (last.state.ready ? readyMs : notReadyMs)) return last.state;
    // What failed just now is not asked again by each probe of the next second.
    const recently = failed && now - failed.at < ONE_QUERY_MS ? failed : undefined;
    try {
      if (recently && flight === undefined) throw recently.error;
      flight ??= ask().finally(() => (flight = undefined));
      return await flight;
    } catch (error) {
      // P2.
      if (last?.state.ready && performance.now() - last.at < graceMs) return last.state;
      throw error;
    }
  };

  return {
    check,
    async handler(_request, response) {
      const [status, body] = await check().then(answer, refusal);
      response.writeHead(status, {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
      });
      response.end(`${JSON.stringify(body)}\n`);
    },
    async close() {
      closed = true;
      await flight?.catch(() => {});
      await asking?.then((one) => one.close()).catch(() => {});
    },
  };
}

function answer(state: GateState): [number, unknown] {
  const { ready, current, missing, ahead, running } = state;
  if (ready) return [200, { ready, current }];
  return [503, { ready, current, reasons: reasons(state), missing, ahead, running }];
}

/** Whoever may ask a probe need not know more than that. */
function refusal(error: unknown): [number, unknown] {
  const words = error instanceof Error ? error.message : String(error);
  return [503, { ready: false, reasons: [`the database cannot be asked: ${redact(words)}`] }];
}
