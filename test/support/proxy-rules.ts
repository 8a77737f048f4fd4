/**
 * What the test proxy does at which message. A rule counts its matches over all connections of the
 * proxy and acts at one of them, by default the first.
 */
import type { WireMessage } from "./protocol.ts";

export type Direction = "frontend" | "backend";

export interface Condition {
  readonly direction: Direction;
  /** `Q`, `P`, `S`, …, or the name of a packet without a type byte: `startup`, `cancel`. */
  readonly type?: string;
  /** Text that the payload must contain. */
  readonly contains?: string;
  /** Which match acts, from 1; default the first. */
  readonly occurrence?: number | "every";
}

/**
 * cut         close both sockets; this message is not forwarded, all before it are
 * cut-after   forward this message too, then close both
 * blackhole   forward nothing more in either direction, and not the end of the stream either;
 *             the sockets stay open
 * hold        keep this message, and what follows in its direction, until `release()`
 */
export type Action = "cut" | "cut-after" | "blackhole" | "hold";

export interface SeenMessage extends WireMessage {
  readonly direction: Direction;
  /** Number of the connection, from 0 in the order of accepting. */
  readonly connection: number;
}

/** Runs before the message is forwarded, which waits for it; may decide for an action. */
export type Callback = (message: SeenMessage) => Action | void | Promise<Action | void>;

export interface Rule {
  /** Resolves when the rule acts for the first time. */
  readonly reached: Promise<SeenMessage>;
  /** How many messages have matched so far, acted on or not. */
  readonly matches: number;
  /** Lets go what this rule holds, now and later. */
  release(): void;
  /** From now on the rule does nothing; what it holds is let go. */
  remove(): void;
}

export class ProxyRule implements Rule {
  matches = 0;
  readonly reached: Promise<SeenMessage>;
  /** Resolves with `release()`. */
  readonly released: Promise<void>;
  release!: () => void;
  readonly #condition: Condition;
  readonly #action: Action | Callback;
  readonly #needle: Buffer;
  #setReached!: (message: SeenMessage) => void;
  #removed = false;

  constructor(condition: Condition, action: Action | Callback) {
    this.#condition = condition;
    this.#action = action;
    this.#needle = Buffer.from(condition.contains ?? "");
    this.reached = new Promise((resolve) => (this.#setReached = resolve));
    this.released = new Promise((resolve) => (this.release = () => resolve()));
  }

  /** What to do with this message, if it is one for this rule. */
  async decide(message: SeenMessage): Promise<Action | undefined> {
    this.#setReached(message);
    const action = this.#action;
    if (typeof action !== "function") return action;
    return (await action(message)) ?? undefined;
  }

  /** Counts the message; true when the rule acts on it. */
  matchesNow(message: SeenMessage): boolean {
    const { direction, type, occurrence = 1 } = this.#condition;
    if (this.#removed || message.direction !== direction) return false;
    if (type !== undefined && message.type !== type) return false;
    if (!message.payload.includes(this.#needle)) return false;
    this.matches += 1;
    return occurrence === "every" || this.matches === occurrence;
  }

  remove(): void {
    this.#removed = true;
    this.release();
  }
}
