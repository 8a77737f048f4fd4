/**
 * Lines at the bottom of a terminal that are drawn again and again, and permanent ones above them.
 * The cursor stays visible and rests below, as in terminal.ts.
 */
import type { TerminalStream } from "./terminal.ts";

const REDRAW_MS = 120;
const CLEAR_BELOW = "\u001b[0J";

export class LiveBlock {
  readonly #stream: TerminalStream;
  readonly #lines: (nowMs: number, columns: number) => readonly string[];
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `lines` is asked at each redraw; each must fit, because a wrapped line could not be erased. */
  constructor(
    stream: TerminalStream,
    lines: (nowMs: number, columns: number) => readonly string[],
  ) {
    this.#stream = stream;
    this.#lines = lines;
  }

  /** Draws, with permanent lines above; from then on by itself. */
  draw(...permanent: readonly string[]): void {
    if (this.#closed) return;
    // Not referenced: an animation must not keep a finished process alive.
    this.#timer ??= setInterval(() => this.draw(), REDRAW_MS).unref();
    // A pseudo-terminal that nobody gave a size says 0.
    this.#write(permanent, this.#lines(Date.now(), this.#stream.columns || 80));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#write([], []);
  }

  /** One write for everything, so that no half-drawn frame is ever seen. */
  #write(permanent: readonly string[], live: readonly string[]): void {
    const erase = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A\r${CLEAR_BELOW}`;
    const text = erase + [...permanent, ...live].map((line) => `${line}\n`).join("");
    this.#drawn = live.length;
    if (text !== "") this.#stream.write(text);
  }
}
