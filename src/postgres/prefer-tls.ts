/**
 * `sslmode=prefer` on one connection: a server that has no TLS says `N`, and the session goes on
 * without it, as libpq does. pg ends the connection instead, and a second one costs a start with
 * nothing pending 4 ms of CPU and two round trips.
 *
 * I1: used only where the address may go without TLS; nothing else decides that here.
 */
import { Connection, type ClientConfig } from "pg";

const REFUSED = "N".charCodeAt(0);

/** What pg's Connection has and its types do not say. */
interface Inside {
  readonly stream: import("node:net").Socket;
  attachListeners(stream: import("node:net").Socket): void;
  connect(port: number | string, host?: string): void;
  emit(event: "sslconnect"): boolean;
}

/** `onRefused` runs when the server has no TLS, before the start of the session is sent. */
export function connectionPreferringTls(config: ClientConfig, onRefused: () => void): Connection {
  const connection = new Connection({
    ssl: config.ssl,
    keepAlive: config.keepAlive ?? false,
    keepAliveInitialDelayMillis: config.keepAliveInitialDelayMillis ?? 0,
  } as ConstructorParameters<typeof Connection>[0]);
  const inside = connection as unknown as Inside;
  const connect = inside.connect.bind(inside);
  inside.connect = (port, host) => {
    connect(port, host);
    const { stream } = inside;
    // pg waits for the one byte of the answer with this listener and no other.
    const listeners = stream.rawListeners("data") as ((data: Buffer) => void)[];
    if (listeners.length !== 1) return;
    const [negotiate] = listeners;
    stream.removeAllListeners("data");
    stream.once("data", (answer: Buffer) => {
      if (answer.length !== 1 || answer[0] !== REFUSED) {
        negotiate!.call(stream, answer);
        return;
      }
      onRefused();
      inside.attachListeners(stream);
      // pg sends the start of the session at this event.
      inside.emit("sslconnect");
    });
  };
  return connection;
}
