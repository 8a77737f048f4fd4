/**
 * A TCP proxy in front of PostgreSQL that reads the protocol, so that a test can break a connection
 * at one exact message, make the network slow, or count round trips. Plain connections only: once
 * a server has agreed to TLS the bytes pass unread.
 *
 * What it cannot imitate: the kernels on both sides still acknowledge, so TCP keep-alives succeed
 * on a connection in the black hole; and when the server is down a client sees its connection
 * close, not a refusal (that is `refuse`).
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { onProcessEnd } from "./cleanup.ts";
import { BackendFramer, FrontendFramer, WireState } from "./protocol.ts";
import { Pipe } from "./proxy-pipe.ts";
import {
  ProxyRule,
  type Action,
  type Callback,
  type Condition,
  type Direction,
  type Rule,
} from "./proxy-rules.ts";

export type { Action, Callback, Condition, Rule, SeenMessage } from "./proxy-rules.ts";

export interface ConnectionStats {
  /**
   * Bursts of the client that the server answered, as the client lives through them: what is sent
   * before an answer has come back counts once. The start of the session is in it.
   */
  readonly roundTrips: number;
  /** How many messages of each type the client sent. */
  readonly frontendMessages: Readonly<Record<string, number>>;
  readonly open: boolean;
}

export interface ProxyStats {
  /** Accepted since the start (or `resetStats`), cancel requests included. */
  readonly connections: number;
  readonly open: number;
  readonly perConnection: readonly ConnectionStats[];
  /** Sums over all connections. */
  readonly roundTrips: number;
  readonly frontendMessages: Readonly<Record<string, number>>;
}

export interface Proxy {
  readonly port: number;
  /** The same connection string, by way of the proxy. */
  url(original: string): string;
  /** Sets the round trip time; half of it is spent each way. */
  latency(roundTripMs: number): void;
  stats(): ProxyStats;
  /** Forgets the connections accepted so far, as far as `stats` is concerned. */
  resetStats(): void;
  when(condition: Condition, action: Action | Callback): Rule;
  /** Closes all connections that are open now. */
  cutAll(): void;
  /** Silences all connections that are open now; new ones are not concerned. */
  blackholeAll(): void;
  /** While true nothing listens: connecting gives ECONNREFUSED. */
  refuse(on: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  readonly cut: () => void;
  readonly blackhole: () => void;
  readonly stats: { roundTrips: number; frontendMessages: Record<string, number>; open: boolean };
}

export interface ProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const rules: ProxyRule[] = [];
  const open = new Set<Connection>();
  let counted: Connection[] = [];
  let accepted = 0;
  let roundTripMs = 0;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const connection = join(client, options.target, accepted, {
      rules,
      delayMs: () => roundTripMs / 2,
      onClosed: () => open.delete(connection),
    });
    accepted += 1;
    open.add(connection);
    counted.push(connection);
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const cutAll = (): void => {
    for (const connection of open) connection.cut();
  };
  const forget = onProcessEnd(cutAll);

  return {
    port,
    url: (original) => viaPort(original, port),
    latency: (ms) => void (roundTripMs = ms),
    stats: () => summarize(counted),
    resetStats: () => void (counted = []),
    when(condition, action) {
      const rule = new ProxyRule(condition, action);
      rules.push(rule);
      return rule;
    },
    cutAll,
    blackholeAll() {
      for (const connection of open) connection.blackhole();
    },
    async refuse(on) {
      // Closing the listener lets the open connections live on.
      if (on && server.listening) server.close();
      else if (!on && !server.listening) await listen(server, port);
    },
    async close() {
      forget();
      for (const rule of rules) rule.remove();
      cutAll();
      if (!server.listening) return;
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Shared {
  readonly rules: readonly ProxyRule[];
  readonly delayMs: () => number;
  readonly onClosed: () => void;
}

function join(
  client: Socket,
  target: ProxyOptions["target"],
  number: number,
  shared: Shared,
): Connection {
  const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const wire = new WireState();
  const stats: Connection["stats"] = { roundTrips: 0, frontendMessages: {}, open: true };
  let clientWaits = false;

  const cut = (): void => {
    client.destroy();
    upstream.destroy();
  };
  const blackhole = (): void => {
    frontend.stop();
    backend.stop();
  };
  const pipe = (direction: Direction): Pipe => {
    const isFrontend = direction === "frontend";
    const framer = isFrontend ? new FrontendFramer(wire) : new BackendFramer(wire);
    return new Pipe({
      source: isFrontend ? client : upstream,
      sink: isFrontend ? upstream : client,
      frame: (chunk) => framer.push(chunk),
      describe: (message) => ({ ...message, direction, connection: number }),
      rules: () => shared.rules,
      delayMs: shared.delayMs,
      // Both at the client's end of the wire.
      onArrive(message) {
        if (!isFrontend) return;
        clientWaits = true;
        stats.frontendMessages[message.type] = (stats.frontendMessages[message.type] ?? 0) + 1;
      },
      onDeliver() {
        if (isFrontend || !clientWaits) return;
        clientWaits = false;
        stats.roundTrips += 1;
      },
      cut,
      blackhole,
    });
  };
  const frontend = pipe("frontend");
  const backend = pipe("backend");

  // A reset is an end like any other; "close" follows and goes through the queue.
  client.on("error", () => {});
  upstream.on("error", () => {});
  let left = 2;
  for (const socket of [client, upstream]) {
    socket.on("close", () => {
      left -= 1;
      if (left > 0) return;
      stats.open = false;
      shared.onClosed();
    });
  }
  return { cut, blackhole, stats };
}

function summarize(connections: readonly Connection[]): ProxyStats {
  const frontendMessages: Record<string, number> = {};
  let roundTrips = 0;
  for (const { stats } of connections) {
    roundTrips += stats.roundTrips;
    for (const [type, count] of Object.entries(stats.frontendMessages)) {
      frontendMessages[type] = (frontendMessages[type] ?? 0) + count;
    }
  }
  return {
    connections: connections.length,
    open: connections.filter(({ stats }) => stats.open).length,
    perConnection: connections.map(({ stats }) => structuredClone(stats)),
    roundTrips,
    frontendMessages,
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Replaces host and port in a connection string, and nothing else. */
function viaPort(original: string, port: number): string {
  const url = new URL(original);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  // A host in the query would win. Deleting rewrites the query, so only where there is one.
  for (const name of ["host", "hostaddr", "port"]) {
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url.href;
}
