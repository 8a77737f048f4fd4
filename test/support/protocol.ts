/**
 * Cuts the byte stream of a PostgreSQL connection into protocol messages, whatever the chunks.
 * Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", version 3.x: one type
 * byte, then a length that counts itself but not the type. Only what a client sends before its
 * session starts, and the answer to a request for encryption, have no type byte; those get the names
 * in `UntypedMessage`.
 */

export type UntypedMessage = "startup" | "ssl" | "gss" | "cancel" | "answer" | "raw";

export interface WireMessage {
  /** The type byte as a letter, or the name of a packet without one. */
  readonly type: string;
  /** Everything as it came, type and length included. */
  readonly bytes: Buffer;
  /** What follows the length. */
  readonly payload: Buffer;
}

const REQUEST_CODES = new Map<number, UntypedMessage>([
  [80877102, "cancel"],
  [80877103, "ssl"],
  [80877104, "gss"],
]);

/** What the two directions of one connection must know of each other. */
export class WireState {
  phase: "startup" | "messages" | "raw" = "startup";
  /** Requests for encryption that the server has not answered with its single byte yet. */
  unanswered = 0;
}

abstract class Framer {
  #chunks: Buffer[] = [];
  #size = 0;
  /** No message can be complete before this many bytes are here. */
  #needed = 1;
  protected readonly state: WireState;

  constructor(state: WireState) {
    this.state = state;
  }

  /** Takes a chunk and returns the messages that are complete now. */
  push(chunk: Buffer): WireMessage[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Joining only once enough has come keeps a large message in many chunks linear.
    if (this.#size < this.#needed) return [];
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const messages: WireMessage[] = [];
    for (;;) {
      this.#needed = 1;
      if (rest.length === 0) break;
      const message = this.next(rest);
      if (typeof message === "number") {
        this.#needed = message;
        break;
      }
      messages.push(message);
      rest = rest.subarray(message.bytes.length);
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return messages;
  }

  /** The first message in `bytes`, or how many bytes are needed to go on. */
  protected abstract next(bytes: Buffer): WireMessage | number;

  protected raw(bytes: Buffer): WireMessage {
    return { type: "raw", bytes, payload: bytes };
  }

  protected typed(bytes: Buffer): WireMessage | number {
    if (bytes.length < 5) return 5;
    const size = 1 + bytes.readUInt32BE(1);
    if (size < 5) throw new Error(`not a PostgreSQL message: length ${size - 1}`);
    if (bytes.length < size) return size;
    const whole = bytes.subarray(0, size);
    return {
      type: String.fromCharCode(bytes.readUInt8(0)),
      bytes: whole,
      payload: whole.subarray(5),
    };
  }
}

export class FrontendFramer extends Framer {
  protected next(bytes: Buffer): WireMessage | number {
    if (this.state.phase === "raw") return this.raw(bytes);
    if (this.state.phase === "messages") return this.typed(bytes);
    if (bytes.length < 8) return 8;
    const size = bytes.readUInt32BE(0);
    if (size < 8) throw new Error(`not a PostgreSQL startup packet: length ${size}`);
    if (bytes.length < size) return size;
    const whole = bytes.subarray(0, size);
    const type = REQUEST_CODES.get(bytes.readUInt32BE(4)) ?? "startup";
    if (type === "startup") this.state.phase = "messages";
    else if (type !== "cancel") this.state.unanswered += 1;
    return { type, bytes: whole, payload: whole.subarray(4) };
  }
}

export class BackendFramer extends Framer {
  protected next(bytes: Buffer): WireMessage | number {
    if (this.state.phase === "raw") return this.raw(bytes);
    if (this.state.unanswered === 0) return this.typed(bytes);
    const answer = bytes.toString("latin1", 0, 1);
    // Instead of its byte a server that has no slot left may send an ErrorResponse.
    if (answer === "E") return this.typed(bytes);
    this.state.unanswered -= 1;
    // After a yes everything is encrypted and passes as it comes.
    if (answer !== "N") this.state.phase = "raw";
    return { type: "answer", bytes: bytes.subarray(0, 1), payload: bytes.subarray(1, 1) };
  }
}
