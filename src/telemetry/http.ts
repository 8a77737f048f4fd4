/** Sends something over HTTP, again where that may help, and ends in time whatever the other side does. */
import { setTimeout as sleep } from "node:timers/promises";
import { sendOnce, type HttpRequest } from "../http/request.ts";

export interface SendOptions {
  /** For all tries together, pauses included. */
  readonly budgetMs: number;
  /** Further tries after the first; default: as many as there is time for. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 200;

/** Resolves when the other side has taken it; rejects with a sentence that says why it did not. */
export async function send(message: HttpRequest, options: SendOptions): Promise<void> {
  const { budgetMs, retries = Infinity } = options;
  const end = performance.now() + budgetMs;
  const late = AbortSignal.timeout(Math.max(1, Math.ceil(budgetMs)));
  const signal = options.signal ? AbortSignal.any([late, options.signal]) : late;
  for (let tries = 1; ; tries += 1) {
    const refusal = await once(message, signal, budgetMs);
    if (refusal === undefined) return;
    const pauseMs = FIRST_PAUSE_MS * 2 ** (tries - 1);
    const over = signal.aborted || performance.now() + pauseMs >= end;
    if (!refusal.passing || over || tries > retries) throw new Error(refusal.words);
    await sleep(pauseMs, undefined, { signal });
  }
}

interface Refusal {
  readonly words: string;
  /** Trying again may help. */
  readonly passing: boolean;
}

async function once(
  message: HttpRequest,
  signal: AbortSignal,
  budgetMs: number,
): Promise<Refusal | undefined> {
  // What is shown has neither a login nor a query, where tokens may be.
  const shown = `${message.url.origin}${message.url.pathname}`;
  try {
    const { status, text } = await sendOnce(message, signal);
    if (status >= 200 && status < 300) return undefined;
    const said = text.trim().split("\n")[0]?.slice(0, 200) ?? "";
    return {
      words: `${shown} answered ${status}${said === "" ? "" : `: ${said}`}`,
      passing: status === 429 || status >= 500,
    };
  } catch (error) {
    if (signal.aborted) {
      return {
        words: `${shown} gave no answer within ${(budgetMs / 1000).toFixed(1)} s`,
        passing: false,
      };
    }
    return { words: `${shown} cannot be reached: ${reasonOf(error)}`, passing: true };
  }
}

/** A name with several addresses fails once for each; the first reason stands for all. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) {
    return error.errors[0].message;
  }
  return error instanceof Error ? error.message : String(error);
}
