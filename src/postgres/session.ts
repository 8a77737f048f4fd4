/**
 * One session with the server: a dedicated connection that is never pooled by us and never
 * reconnects. When it is lost it stays lost (S1), and every later call fails the same way; only the
 * caller, who starts its state machine again from the top, opens another one.
 */
import { Client, types, type ClientConfig } from "pg";
import { classify, serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { Batch, BatchError, type BatchItem, type BatchItemResult } from "./batch.ts";
import type { ConnectTarget } from "./connect.ts";

export interface Notice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
}

export type TextRow = Record<string, string | null>;

export interface SessionOptions {
  readonly applicationName: string;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * A wrong password is wrong on the other hosts too. 28000 is not final: it is also what a server
 * says whose pg_hba.conf wants the connection with TLS, or without, and that may be the next entry.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof Failure) return true;
  const id = classify(error, { phase: "connect" });
  return (
    (id === "auth.failed" && serverError(error)?.sqlstate !== "28000") || id === "auth.no_database"
  );
}

/** Far above what looking things up takes, also on a busy server; statements of authors have none. */
const OWN_DEADLINE_MS = 60_000;

/** Everything arrives as text; the few values we need as numbers are converted where they are read. */
const TEXT_ONLY = { getTypeParser: () => (value: string) => value };

export class Session {
  readonly #client: Client;
  /** The configuration that worked, so that a second session goes to the same server. */
  readonly config: ClientConfig;
  onNotice: ((notice: Notice) => void) | undefined;
  /** A NOTIFY on a channel that this session listens to. */
  onNotification: (() => void) | undefined;
  #lost: Error | undefined;
  #closing = false;
  #cancels = 0;

  private constructor(client: Client, config: ClientConfig, onNotice?: (notice: Notice) => void) {
    this.#client = client;
    this.config = config;
    this.onNotice = onNotice;
    client.on("error", (error) => {
      this.#lost ??= error;
    });
    client.on("end", () => {
      if (!this.#closing) this.#lost ??= new Error("Connection terminated unexpectedly");
    });
    client.on("notification", () => this.onNotification?.());
    client.on("notice", (notice) => {
      this.onNotice?.({
        severity: notice.severity ?? "NOTICE",
        code: notice.code ?? "",
        message: notice.message ?? "",
      });
    });
  }

  /** Tries the hosts in order; throws the driver's error of the last one. */
  static async open(target: ConnectTarget, options: SessionOptions): Promise<Session> {
    let last: unknown = new Error("no host given");
    for (const host of target.hosts) {
      try {
        const session = await Session.openHost(host, target, options);
        if (await session.#accepts(target.targetSessionAttrs)) return session;
        await session.close();
        last = new Error(`session is not ${target.targetSessionAttrs}`);
      } catch (error) {
        last = error;
        if (isFinal(error)) break;
      }
    }
    throw last;
  }

  static async openHost(
    host: ClientConfig,
    target: Pick<ConnectTarget, "connectTimeoutMs">,
    options: SessionOptions,
  ): Promise<Session> {
    const config: ClientConfig = {
      ...host,
      application_name: options.applicationName,
      connectionTimeoutMillis: target.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: TEXT_ONLY,
    };
    const client = new Client(config);
    const session = new Session(client, host, options.onNotice);
    try {
      await client.connect();
    } catch (error) {
      session.destroy();
      throw error;
    }
    return session;
  }

  async #accepts(attrs: ConnectTarget["targetSessionAttrs"]): Promise<boolean> {
    if (attrs === "any" || attrs === "prefer-standby") return true;
    const [row] = await this.query(
      "select pg_catalog.pg_is_in_recovery() as standby, pg_catalog.current_setting('transaction_read_only') as ro",
    );
    const standby = row?.["standby"] === "t";
    const readOnly = standby || row?.["ro"] === "on";
    if (attrs === "read-write") return !readOnly;
    if (attrs === "read-only") return readOnly;
    return attrs === "standby" ? standby : !standby;
  }

  /** The process id that the start of the session announced; a pooler announces its own. */
  get announcedPid(): number {
    return (this.#client as unknown as { processID: number }).processID;
  }

  get lost(): Error | undefined {
    return this.#lost;
  }

  /** How many of its statements were cancelled (57014), by whomever. */
  get cancels(): number {
    return this.#cancels;
  }

  #counted<T>(answer: Promise<T>): Promise<T> {
    answer.catch((error: unknown) => {
      const cause = error instanceof BatchError ? error.cause : error;
      if (serverError(cause)?.sqlstate === "57014") this.#cancels += 1;
    });
    return answer;
  }

  /** `I` idle, `T` in a transaction, `E` in a failed one. */
  get transactionStatus(): string | null {
    return (
      this.#client as unknown as { getTransactionStatus(): string | null }
    ).getTransactionStatus();
  }

  /**
   * A short query of our own. Without values it may be several statements in one simple-protocol
   * message. With a `name` the server plans it once: only for a session whose prepared statements
   * nobody drops. Lost when the server does not answer within OWN_DEADLINE_MS.
   */
  async query(text: string, values?: readonly unknown[], name?: string): Promise<TextRow[]> {
    if (this.#lost) throw this.#lost;
    const result = await this.#inTime(
      this.#client.query<TextRow>({
        text,
        ...(values && values.length > 0 && { values: values as unknown[] }),
        ...(name !== undefined && { name }),
      }),
    );
    const last = Array.isArray(result) ? (result as { rows: TextRow[] }[]).at(-1) : result;
    return last?.rows ?? [];
  }

  /** A text of the author's as one simple-protocol message, for as long as it takes. */
  async script(text: string): Promise<void> {
    if (this.#lost) throw this.#lost;
    await this.#counted(this.#client.query(text));
  }

  /** A network that swallows everything gives no error for a quarter of an hour. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    void this.#counted(answer);
    const timer = setTimeout(() => {
      const seconds = OWN_DEADLINE_MS / 1000;
      this.destroy(new Error(`Connection terminated: no answer for ${seconds} s`));
    }, OWN_DEADLINE_MS);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends a transaction that failed. After an error of COMMIT itself there is none any more. */
  async rollback(): Promise<void> {
    const { onNotice } = this;
    // no_active_sql_transaction
    this.onNotice = (notice) => notice.code !== "25P01" && onNotice?.(notice);
    try {
      // A cancel that was meant for the failed statement may hit this one, which then changed nothing.
      await this.query("rollback").catch((error: unknown) => {
        if (this.#lost) throw error;
        return this.query("rollback");
      });
    } finally {
      this.onNotice = onNotice;
    }
  }

  /** The same, with the command tag's row count and values as the driver parses them. */
  async queryTyped(
    text: string,
    values: readonly unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null; command: string }> {
    if (this.#lost) throw this.#lost;
    const result = await this.#counted(
      this.#client.query({ text, values: values as unknown[], types }),
    );
    const last = Array.isArray(result) ? (result as (typeof result)[]).at(-1)! : result;
    const { rowCount, command } = last;
    return { rows: last.rows as Record<string, unknown>[], rowCount, command };
  }

  /** A short batch of our own, with the same deadline as `query`. */
  ownBatch(items: readonly BatchItem[], onSent?: () => void): Promise<readonly BatchItemResult[]> {
    return this.#inTime(this.batch(items, onSent));
  }

  /** One round trip, one Sync; see batch.ts. `onSent` runs when the bytes left this process. */
  async batch(
    items: readonly BatchItem[],
    onSent?: () => void,
  ): Promise<readonly BatchItemResult[]> {
    if (this.#lost) throw this.#lost;
    const batch = new Batch(items, onSent);
    this.#client.query(batch);
    return this.#counted(batch.done);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#lost) return this.destroy();
    // A server that no longer answers must not keep us: the socket is dropped after a second.
    const timer = setTimeout(() => this.destroy(), 1000);
    try {
      await this.#client.end();
    } catch {
      this.destroy();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Drops the socket without a word; the server notices by itself. */
  destroy(reason?: Error): void {
    this.#closing = true;
    if (reason) this.#lost ??= reason;
    const { connection } = this.#client as unknown as {
      connection?: { stream?: { destroy(): void } };
    };
    connection?.stream?.destroy();
  }
}
