/** An HTTP server on a free port of this machine that keeps what it is sent. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

import { onProcessEnd, onTestEnd } from "./cleanup.ts";
import { waitUntil } from "./wait-until.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  json(): unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `hang`: the request is read, and nothing is ever answered. `reset`: the connection is closed. */
export type Respond = (
  request: ReceivedRequest,
  /** How many requests there were before this one. */
  index: number,
) => Answer | "hang" | "reset";

export interface Receiver {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** In the order in which they were complete; grows. */
  readonly requests: readonly ReceivedRequest[];
  /** Waits for the first request that `accept` likes. */
  waitFor(
    accept: (request: ReceivedRequest) => boolean,
    what: string,
    deadlineMs?: number,
  ): Promise<ReceivedRequest>;
  /** Happens by itself at the end of the test. */
  stop(): Promise<void>;
}

export async function startReceiver(
  respond: Respond = () => ({ status: 200, body: "ok" }),
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const take = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(incoming);
    // A client that gives up in the middle of its request has sent none.
    if (body === undefined) return;
    const request: ReceivedRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body,
      json: () => JSON.parse(body) as unknown,
    };
    requests.push(request);
    answer(response, respond(request, requests.length - 1));
  };
  const server = createServer((incoming, response) => void take(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const forget = onProcessEnd(() => server.closeAllConnections());
  const stop = async (): Promise<void> => {
    forget();
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  onTestEnd(stop);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    waitFor: (accept, what, deadlineMs = 15_000) =>
      waitUntil(() => requests.find(accept), { deadlineMs, what }),
    stop,
  };
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of incoming) parts.push(part as Buffer);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString("utf8");
}

function answer(response: ServerResponse, given: Answer | "hang" | "reset"): void {
  if (given === "hang") return;
  if (given === "reset") return void response.socket?.destroy();
  response.writeHead(given.status, given.headers).end(given.body ?? "");
}
