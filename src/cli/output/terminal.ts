/**
 * Draws the live lines. The cursor stays visible and always rests below what is drawn, so that a
 * process that is killed at any moment leaves a usable terminal.
 */
import type { RunEvent } from "../../runner/events.ts";
import { INITIAL_LIVE, liveLines, nextLive, permanentLines, type LiveState } from "./live.ts";
import type { Paint } from "./paint.ts";

const REDRAW_MS = 80;
const CLEAR_BELOW = "\u001b[0J";

export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

export class TerminalOutput {
  readonly #stream: TerminalStream;
  readonly #paint: Paint;
  #state: LiveState = INITIAL_LIVE;
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: TerminalStream, paint: Paint) {
    this.#stream = stream;
    this.#paint = paint;
  }

  onEvent(event: RunEvent): void {
    const permanent = permanentLines(event, this.#state, this.#paint);
    this.#state = nextLive(this.#state, event);
    this.#draw(permanent);
    if (this.#state.current === undefined) this.#stop();
    // Not referenced: an animation must not keep a finished process alive.
    else this.#timer ??= setInterval(() => this.#draw([]), REDRAW_MS).unref();
  }

  /** Lines above the live ones, which go on. */
  print(lines: readonly string[]): void {
    this.#draw(lines);
  }

  /** Erases the live lines; for the end of a run and before anything else writes. */
  close(): void {
    this.#state = { command: this.#state.command };
    this.#stop();
    this.#draw([]);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One write for everything, so that no half-drawn frame is ever seen. */
  #draw(permanent: readonly string[]): void {
    // A pseudo-terminal that nobody gave a size says 0.
    const columns = this.#stream.columns || 80;
    const live = liveLines(this.#state, Date.now(), columns, this.#paint);
    const erase = this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A\r${CLEAR_BELOW}`;
    const text = erase + [...permanent, ...live].map((line) => `${line}\n`).join("");
    this.#drawn = live.length;
    if (text !== "") this.#stream.write(text);
  }
}
