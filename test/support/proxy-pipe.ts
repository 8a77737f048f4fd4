/**
 * One direction of one proxied connection: frames what arrives, keeps it for the latency, asks the
 * rules, and writes it on. Order is never changed, and the end of the stream travels in the same
 * queue as the bytes. A burst is delayed as a whole, not message by message, so that latency costs
 * time and not throughput.
 */
import type { Socket } from "node:net";

import type { WireMessage } from "./protocol.ts";
import type { Action, ProxyRule, SeenMessage } from "./proxy-rules.ts";

/** Bytes waiting here before the source is paused; far above what latency alone keeps. */
const QUEUE_LIMIT = 16 * 1024 * 1024;

export interface PipeOptions {
  readonly source: Socket;
  readonly sink: Socket;
  readonly frame: (chunk: Buffer) => WireMessage[];
  readonly describe: (message: WireMessage) => SeenMessage;
  readonly rules: () => readonly ProxyRule[];
  readonly delayMs: () => number;
  readonly onArrive: (message: SeenMessage) => void;
  readonly onDeliver: (message: SeenMessage) => void;
  /** Closes both sockets of the connection. */
  readonly cut: () => void;
  /** Stops both directions of the connection. */
  readonly blackhole: () => void;
}

interface Queued {
  readonly dueAt: number;
  /** Undefined is the end of the stream. */
  readonly message: SeenMessage | undefined;
}

export class Pipe {
  readonly #options: PipeOptions;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #delivering = false;
  #stopped = false;
  #ended = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { source, sink } = options;
    source.on("data", (chunk: Buffer) => this.#arrive(chunk));
    source.on("end", () => this.#end());
    source.on("close", () => this.#end());
    sink.on("drain", () => this.#regulate());
  }

  /** Forwards nothing more, for ever. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#options.source.pause();
  }

  #arrive(chunk: Buffer): void {
    if (this.#stopped) return;
    let messages: WireMessage[];
    try {
      messages = this.#options.frame(chunk);
    } catch {
      // Not the protocol; nothing that follows could be read either.
      this.#options.cut();
      return;
    }
    const dueAt = performance.now() + this.#options.delayMs();
    for (const framed of messages) {
      const message = this.#options.describe(framed);
      this.#options.onArrive(message);
      this.#queue.push({ dueAt, message });
      this.#queuedBytes += message.bytes.length;
    }
    this.#regulate();
    void this.#deliver();
  }

  #end(): void {
    if (this.#ended || this.#stopped) return;
    this.#ended = true;
    this.#queue.push({ dueAt: performance.now() + this.#options.delayMs(), message: undefined });
    void this.#deliver();
  }

  async #deliver(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    const { sink } = this.#options;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
      if (this.#stopped) break;
      // Everything that is due goes out as one write, unless a rule steps in between.
      sink.cork();
      try {
        await this.#deliverDue();
      } finally {
        sink.uncork();
      }
      this.#regulate();
    }
    this.#delivering = false;
  }

  async #deliverDue(): Promise<void> {
    const now = performance.now();
    const due = this.#queue.findIndex((item) => item.dueAt > now);
    const items = this.#queue.splice(0, due === -1 ? this.#queue.length : due);
    for (const { message } of items) {
      if (this.#stopped) return;
      if (message !== undefined) await this.#pass(message);
      else if (this.#options.sink.writable) this.#options.sink.end();
    }
  }

  async #pass(message: SeenMessage): Promise<void> {
    this.#queuedBytes -= message.bytes.length;
    for (const rule of this.#options.rules()) {
      if (!rule.matchesNow(message)) continue;
      this.#options.sink.uncork();
      const action = await rule.decide(message);
      if (action === "hold") await rule.released;
      else if (action !== undefined) return this.#act(action, message);
      this.#options.sink.cork();
      if (this.#stopped) return;
    }
    this.#write(message);
  }

  #act(action: Exclude<Action, "hold">, message: SeenMessage): void {
    if (action === "blackhole") {
      this.#options.blackhole();
      return;
    }
    const { sink, cut } = this.#options;
    // What was written before must have left this process before the sockets close.
    const last = action === "cut-after" ? message.bytes : Buffer.alloc(0);
    this.stop();
    if (sink.writable) sink.write(last, cut);
    else cut();
  }

  #write(message: SeenMessage): void {
    const { sink, onDeliver } = this.#options;
    if (!sink.writable) return;
    onDeliver(message);
    sink.write(message.bytes);
  }

  #regulate(): void {
    if (this.#stopped) return;
    const { source, sink } = this.#options;
    if (this.#queuedBytes + sink.writableLength > QUEUE_LIMIT) source.pause();
    else if (source.isPaused()) source.resume();
  }
}
