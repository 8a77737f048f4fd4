/** A network that swallows everything gives no error: nobody waits for an answer for ever. */
import { Failure } from "../failures/failure.ts";

/**
 * Rejects with conn.lost after `ms`, and as soon as `signal` aborts. What does not answer goes on
 * by itself: whoever calls this lets go of its connection.
 */
export async function inTime<T>(answer: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  // Nobody may be there any more when it fails at last.
  answer.catch(() => {});
  let end: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const lost = (what: string): void => reject(new Failure({ class: "conn.lost", what }));
    timer = setTimeout(lost, ms, `The server gave no answer within ${seconds(ms)} s.`);
    end = () => lost("The wait for an answer was stopped.");
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end!);
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 10_000 ? 1 : 0).replace(".0", "");
}
