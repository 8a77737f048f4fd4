import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";

import { send, waitOf, type Patience } from "./send.ts";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

const PATIENCE: Patience = { budgetMs: 10_000, tryMs: 3_000, tries: 3 };
const same = (text: string): string => text;

type On = (request: IncomingMessage, response: ServerResponse, index: number) => void;

async function serve(on: On): Promise<{ url: string; count: () => number }> {
  let seen = 0;
  const server = createServer((request, response) => on(request.resume(), response, seen++));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/secret-path`, count: () => seen };
}

const delivery = (url: string) => ({ what: "the alert", url, headers: {}, body: "{}" });

test.each([429, 500, 503, 408])("%d is tried again", async (status) => {
  const server = await serve((_, response, index) =>
    response.writeHead(index < 2 ? status : 202).end(),
  );
  expect(await send(delivery(server.url), PATIENCE, same)).toEqual({ status: 202, tries: 3 });
});

test("a broken connection is tried again, and each try is signed anew", async () => {
  const stamps: unknown[] = [];
  const server = await serve((request, response, index) => {
    stamps.push(request.headers["x-try"]);
    if (index === 0) response.socket?.destroy();
    else response.writeHead(200).end();
  });
  let tries = 0;
  const sign = (): Record<string, string> => ({ "x-try": String((tries += 1)) });
  await send({ ...delivery(server.url), sign }, PATIENCE, same);
  expect(stamps).toEqual(["1", "2"]);
});

test.each([400, 401, 404, 410])(
  "%d is not tried again, and what the server says is",
  async (status) => {
    const server = await serve((_, response) =>
      response.writeHead(status).end("no\nsuch\u001b[31m key"),
    );
    await expect(send(delivery(server.url), PATIENCE, same)).rejects.toThrow(
      new RegExp(`^the alert: 127\\.0\\.0\\.1:\\d+ answers ${status}: no such \\[31m key$`),
    );
    expect(server.count()).toBe(1);
  },
);

test("it gives up after its tries, and says how many", async () => {
  const server = await serve((_, response) => response.writeHead(503).end());
  await expect(send(delivery(server.url), PATIENCE, same)).rejects.toThrow(
    /503 \(tried 3 times\)$/,
  );
  expect(server.count()).toBe(3);
});

test("Retry-After is obeyed where the budget has room for it, and ends the trying otherwise", async () => {
  const server = await serve((_, response, index) =>
    index === 0
      ? response.writeHead(429, { "retry-after": "1" }).end()
      : response.writeHead(200).end(),
  );
  const began = performance.now();
  await send(delivery(server.url), PATIENCE, same);
  expect(performance.now() - began).toBeGreaterThanOrEqual(990);

  const strict = await serve((_, response) =>
    response.writeHead(429, { "retry-after": "3600" }).end(),
  );
  await expect(send(delivery(strict.url), PATIENCE, same)).rejects.toThrow(
    /answers 429, and asks to wait 3600 s$/,
  );
  expect(strict.count()).toBe(1);
});

test("a server that never answers costs the budget and no more", async () => {
  const server = await serve(() => {});
  const began = performance.now();
  const sent = send(delivery(server.url), { budgetMs: 600, tryMs: 250, tries: 9 }, same);
  await expect(sent).rejects.toThrow(/gave no answer within 0\.\d s \(tried \d times\)$/);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(server.count()).toBeGreaterThanOrEqual(2);
});

test("an answer that never ends costs the time of a try", async () => {
  const server = await serve((_, response) => void response.writeHead(500).write("a"));
  const patience = { budgetMs: 5_000, tryMs: 200, tries: 1 };
  await expect(send(delivery(server.url), patience, same)).rejects.toThrow(
    /no answer within 0\.2 s/,
  );
});

test("a redirect is not followed", async () => {
  const other = await serve((_, response) => response.writeHead(200).end());
  const server = await serve((_, response) =>
    response.writeHead(307, { location: other.url }).end(),
  );
  await expect(send(delivery(server.url), PATIENCE, same)).rejects.toThrow(
    /307, a redirect, which is not/,
  );
  expect([server.count(), other.count()]).toEqual([1, 0]);
});

test("no error names the path, and what the server says back is hidden before it is cut", async () => {
  const server = await serve((request, response) =>
    response.writeHead(404).end(`${"x".repeat(295)}${request.url}`),
  );
  const hide = (text: string): string => text.replaceAll("/secret-path", "***");
  const error = await send(delivery(server.url), PATIENCE, hide).catch((thrown: unknown) => thrown);
  expect(String(error)).not.toContain("/sec");
  const gone = await send(
    delivery("http://127.0.0.1:1/secret-path"),
    { ...PATIENCE, tries: 1 },
    hide,
  ).catch((thrown: unknown) => thrown);
  expect(String(gone)).toMatch(/the alert: 127\.0\.0\.1:1 cannot be reached: /);
  expect(String(gone)).not.toContain("secret");
});

test("Retry-After is seconds or a date", () => {
  const now = Date.UTC(2026, 0, 1);
  expect(waitOf("7", now)).toBe(7_000);
  expect(waitOf(new Date(now + 5_000).toUTCString(), now)).toBe(5_000);
  expect(waitOf(new Date(now - 5_000).toUTCString(), now)).toBe(0);
  expect([waitOf(undefined), waitOf("soon")]).toEqual([undefined, undefined]);
});
