/** Sends something over HTTP, again where that may help, and ends in time whatever the other side does. */
import { setTimeout as sleep } from "node:timers/promises";

export interface HttpMessage {
  readonly url: URL;
  readonly method: "PUT" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SendOptions {
  /** For all tries together, pauses included. */
  readonly budgetMs: number;
  /** Further tries after the first; default: as many as there is time for. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 200;

/** Resolves when the other side has taken it; rejects with a sentence that says why it did not. */
export async function send(message: HttpMessage, options: SendOptions): Promise<void> {
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
  { url, method, headers, body }: HttpMessage,
  signal: AbortSignal,
  budgetMs: number,
): Promise<Refusal | undefined> {
  // What is shown has neither a login nor a query, where tokens may be.
  const shown = `${url.origin}${url.pathname}`;
  try {
    const response = await fetch(url, { method, headers, body, signal, redirect: "error" });
    const text = await response.text();
    if (response.ok) return undefined;
    const said = text.trim().split("\n")[0]?.slice(0, 200) ?? "";
    return {
      words: `${shown} answered ${response.status}${said === "" ? "" : `: ${said}`}`,
      passing: response.status === 429 || response.status >= 500,
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

/** `fetch failed` is all that the error itself says. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) {
    return cause.errors[0].message;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
