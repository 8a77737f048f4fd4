/**
 * One request with a body. By node:http and node:https and not by `fetch`: what that needs is compiled
 * when it is first used, and a pod that starts with nothing to do may send one request (measured: 40
 * to 120 ms on two busy cores, against 5 to 15). Redirects are handed back like any other answer, so
 * that no login follows them.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";

export interface HttpRequest {
  readonly url: URL;
  readonly method: "PUT" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of what was said; empty when the request was accepted. */
  readonly text: string;
}

type Request = (
  url: URL,
  options: RequestOptions,
  on: (response: IncomingMessage) => void,
) => ClientRequest;

/** What a server says of an error is a line or two; one that goes on for ever is not listened to. */
const MOST_READ = 2_000;

/** Rejects with what the network says, and when `signal` aborts. */
export async function sendOnce(
  { url, method, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<Reply> {
  const { request }: { request: Request } =
    url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const length = { "content-length": String(Buffer.byteLength(body)) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // Without the agent that keeps connections: one that the server has closed meanwhile is a failure.
    const options = { method, headers: { ...headers, ...length }, signal, agent: false as const };
    request(url, options, resolve).once("error", reject).end(body);
  });
  const status = response.statusCode ?? 0;
  const accepted = status >= 200 && status < 300;
  // Nobody waits for the end of an answer that accepts, or hears that it never came.
  if (accepted) response.on("error", () => {}).resume();
  const text = accepted ? "" : await beginning(response);
  return { status, retryAfter: response.headers["retry-after"], text };
}

async function beginning(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) {
    text += part as string;
    if (text.length > MOST_READ) break;
  }
  return text;
}
