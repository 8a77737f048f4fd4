/**
 * A batch: several statements as extended-protocol messages with ONE Sync at the end, sent in one
 * write and answered in one round trip.
 *
 * B1. After the first error the server discards every message up to the Sync. Nothing behind a
 *     failed statement runs, whatever it is. A driver that syncs after each message does not have
 *     this property: a cancel that hits BEGIN would let the rest run and commit by itself.
 * B2. The failing statement is the one with index = number of completions received.
 * B3. A batch never overlaps the next one; `pg` sends it only when the connection is idle.
 * B4. COPY data follows its Execute directly. If the COPY fails, the server ignores what is left of
 *     the data (documented in protocol flow, "COPY operations"), so nothing has to be awaited.
 */
import { serialize } from "pg-protocol";
import type { Connection, Submittable } from "pg";

const BIND_NOTHING = serialize.bind();
const EXECUTE = serialize.execute();
const SYNC = serialize.sync();
const COPY_DONE = serialize.copyDone();

export interface BatchItem {
  readonly text: string;
  /** Text-format parameters. */
  readonly values?: readonly (string | null)[];
  /** Inline data of a `COPY … FROM stdin`. */
  readonly copyData?: Buffer;
  /** A named statement of the session; `parsed` says that the server has it already. */
  readonly named?: { readonly name: string; readonly parsed: boolean };
}

/** The bytes of items that are sent again and again as they are. */
const CONSTANT = new WeakMap<BatchItem, Buffer>();

/** An item without values whose messages are built once. */
export function constantItem(text: string): BatchItem {
  const item: BatchItem = { text };
  CONSTANT.set(item, Buffer.concat([serialize.parse({ text }), BIND_NOTHING, EXECUTE]));
  return item;
}

export interface BatchItemResult {
  /** The command tag: `COMMIT`, `INSERT 0 1`; empty for an empty statement. */
  readonly tag: string;
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The batch stopped at `index`; everything before it completed and is undone with its transaction. */
export class BatchError extends Error {
  readonly index: number;
  readonly results: readonly BatchItemResult[];
  /** True once any byte of the batch may have reached the server. */
  readonly sent: boolean;

  constructor(index: number, results: readonly BatchItemResult[], sent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "BatchError";
    this.index = index;
    this.results = results;
    this.sent = sent;
  }
}

// Messages of many small items are joined; data of COPY is sent in slices that keep memory flat.
const COPY_SLICE = 256 * 1024;

interface WireConnection {
  readonly stream: {
    write(chunk: Buffer, done?: (error?: Error | null) => void): boolean;
    once(event: "drain" | "close", listener: () => void): unknown;
    removeListener(event: "drain" | "close", listener: () => void): unknown;
    readonly destroyed: boolean;
  };
}

export class Batch implements Submittable {
  readonly done: Promise<readonly BatchItemResult[]>;
  readonly #items: readonly BatchItem[];
  readonly #onSent: (() => void) | undefined;
  readonly #results: BatchItemResult[] = [];
  #rows: (string | null)[][] = [];
  #sent = false;
  #finished = false;
  #resolve!: (results: readonly BatchItemResult[]) => void;
  #reject!: (error: BatchError) => void;

  constructor(items: readonly BatchItem[], onSent?: () => void) {
    this.#items = items;
    this.#onSent = onSent;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    this.#sent = true;
    // `pg` hands over its Connection; only its stream is needed, so the cast stays here.
    const wire = connection as unknown as WireConnection;
    void this.#write(wire).catch((error: unknown) => this.#fail(error));
  }

  async #write(wire: WireConnection): Promise<void> {
    let pending: Buffer[] = [];
    const flush = async (): Promise<void> => {
      const chunk = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
      pending = [];
      if (!wire.stream.write(chunk)) await drained(wire);
    };
    for (const item of this.#items) {
      if (this.#finished) break;
      const constant = CONSTANT.get(item);
      if (constant) {
        pending.push(constant);
        continue;
      }
      const name = item.named?.name ?? "";
      if (!item.named?.parsed) pending.push(serialize.parse({ name, text: item.text }));
      const values = item.values as string[] | undefined;
      pending.push(
        values || name !== ""
          ? serialize.bind({ statement: name, values: values ?? [] })
          : BIND_NOTHING,
        EXECUTE,
      );
      if (item.copyData) {
        for (let at = 0; at < item.copyData.length && !this.#finished; at += COPY_SLICE) {
          pending.push(serialize.copyData(item.copyData.subarray(at, at + COPY_SLICE)));
          await flush();
        }
        pending.push(COPY_DONE);
      }
    }
    pending.push(SYNC);
    const last = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
    wire.stream.write(last, this.#onSent && (() => this.#onSent?.()));
  }

  #fail(cause: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#reject(new BatchError(this.#results.length, this.#results, this.#sent, cause));
  }

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#results.push({ tag: message.text, rows: this.#rows });
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.#results.push({ tag: "", rows: [] });
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(): void {}

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#fail(error);
  }

  handleReadyForQuery(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#resolve(this.#results);
  }
}

/** Waits until the socket takes more, or is gone (then the connection's own error settles us). */
function drained(wire: WireConnection): Promise<void> {
  return new Promise((resolve) => {
    if (wire.stream.destroyed) return resolve();
    const settle = (): void => {
      wire.stream.removeListener("drain", settle);
      wire.stream.removeListener("close", settle);
      resolve();
    };
    wire.stream.once("drain", settle);
    wire.stream.once("close", settle);
  });
}
