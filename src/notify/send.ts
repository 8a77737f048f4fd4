/**
 * Sends one request, again where that may help, within a budget.
 *
 * N1. A request is tried again after 408, 425, 429, 5xx, a broken connection and silence; what the
 *     server understood and refused (400, 401, 404) would be refused again.
 * N2. Nothing lasts longer than the budget: a pause that does not fit ends the trying at once.
 * N3. No redirect is followed: the body, and often the address, is a secret, and the other place
 *     has not been named by anybody.
 * N4. Errors name the host alone: the path of a hook is its password.
 */
import { setTimeout as pause } from "node:timers/promises";

import { sendOnce } from "../http/request.ts";
import type { Delivery } from "./notifier.ts";
import { cut, oneLine } from "./text.ts";

export interface Patience {
  /** For all tries together, milliseconds. */
  readonly budgetMs: number;
  readonly tryMs: number;
  readonly tries: number;
}

export interface Answer {
  readonly status: number;
  readonly tries: number;
}

interface Attempt {
  /** Undefined when there was no answer. */
  readonly status?: number;
  readonly ok: boolean;
  readonly again: boolean;
  readonly words: string;
  /** What the server asks for with Retry-After. */
  readonly waitMs?: number;
}

const AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);
/** A try that has less than this left says nothing about the server. */
const LEAST_TRY_MS = 50;
const FIRST_PAUSE_MS = 200;

/** Resolves with the answer that accepted it; rejects with words for people. */
export async function send(
  delivery: Delivery,
  patience: Patience,
  hide: (text: string) => string,
): Promise<Answer> {
  const deadline = performance.now() + patience.budgetMs;
  for (let tries = 1; ; tries += 1) {
    const left = deadline - performance.now();
    const attempt = await once(
      delivery,
      Math.floor(Math.max(LEAST_TRY_MS, Math.min(patience.tryMs, left))),
      hide,
    );
    if (attempt.ok) return { status: attempt.status!, tries };
    // Half of it is chance, so that those who failed together do not come back together.
    const backOff = FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2);
    const waitMs = Math.max(attempt.waitMs ?? 0, backOff);
    const fits = performance.now() + waitMs + LEAST_TRY_MS <= deadline;
    if (!attempt.again || tries >= patience.tries || !fits) {
      throw new Error(`${delivery.what}: ${words(delivery, attempt, tries)}`);
    }
    await pause(waitMs);
  }
}

function words(delivery: Delivery, attempt: Attempt, tries: number): string {
  const { host } = new URL(delivery.url);
  const asks =
    attempt.waitMs === undefined || attempt.waitMs === 0
      ? ""
      : `, and asks to wait ${Math.ceil(attempt.waitMs / 1000)} s`;
  return `${host} ${attempt.words}${asks}${tries === 1 ? "" : ` (tried ${tries} times)`}`;
}

async function once(
  delivery: Delivery,
  ms: number,
  hide: (text: string) => string,
): Promise<Attempt> {
  const signal = AbortSignal.timeout(ms);
  try {
    const headers = { ...delivery.headers, ...delivery.sign?.(new Date()) };
    const { body } = delivery;
    const request = { url: new URL(delivery.url), method: "POST", headers, body } as const;
    const { status, retryAfter, text } = await sendOnce(request, signal);
    if (status >= 200 && status < 300) return { status, ok: true, again: false, words: "" };
    // Hidden before anything is cut: half of a secret would not be found.
    const said = cut(oneLine(hide(text)), 300);
    const again = AGAIN.has(status) || status >= 500;
    const waitMs = again ? waitOf(retryAfter) : undefined;
    return {
      status,
      ok: false,
      again,
      words:
        status >= 300 && status < 400
          ? `answers ${status}, a redirect, which is not followed: configure the address itself`
          : `answers ${status}${said === "" ? "" : `: ${said}`}`,
      ...(waitMs !== undefined && { waitMs }),
    };
  } catch (error) {
    return {
      ok: false,
      again: true,
      words: signal.aborted
        ? `gave no answer within ${(ms / 1000).toFixed(1)} s`
        : `cannot be reached: ${hide(reason(error))}`,
    };
  }
}

/** Several addresses of one name fail together, and then only the code has a word. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return oneLine(error.message) || (typeof code === "string" ? code : error.name);
}

/** Seconds, or a date; what is neither says nothing. */
export function waitOf(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
