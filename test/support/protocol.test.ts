import { connect as dial, createServer, type AddressInfo } from "node:net";
import pg from "pg";
import { beforeAll, expect, test } from "vitest";

import { sharedServer, sharedUrl } from "./postgres.ts";
import { BackendFramer, FrontendFramer, WireState, type WireMessage } from "./protocol.ts";
import { waitUntil } from "./wait-until.ts";

/** ReadyForQuery without its last byte, the status. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** What passed between a real client and a real server, in the order in which it passed. */
const recording: { readonly from: "frontend" | "backend"; readonly bytes: Buffer }[] = [];

beforeAll(async () => {
  const { host, port } = sharedServer();
  const relay = createServer((client) => {
    const server = dial(port, host);
    client.on("data", (bytes: Buffer) => {
      recording.push({ from: "frontend", bytes });
      server.write(bytes);
    });
    server.on("data", (bytes: Buffer) => {
      recording.push({ from: "backend", bytes });
      client.write(bytes);
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const relayed = new URL(sharedUrl());
  relayed.port = String((relay.address() as AddressInfo).port);
  const client = new pg.Client({ connectionString: relayed.href });
  await client.connect();
  await client.query("select repeat('ä', 70000) as big, $1::text as small", ["x"]);
  await client.query("do $$ begin raise notice 'hello'; end $$; select 1; select 2");
  await client.query("select 1/0").catch(() => undefined);
  // The query is rejected at the error; ReadyForQuery may come in a packet of its own, and the end
  // of the client would close the relay before it.
  const ready = (): boolean =>
    recording
      .findLast(({ from }) => from === "backend")!
      .bytes.subarray(-6, -1)
      .equals(READY);
  await waitUntil(ready, { what: "the server to be ready again" });
  await client.end();
  relay.close();
});

function frame(chunkSize: number): { frontend: WireMessage[]; backend: WireMessage[] } {
  const state = new WireState();
  const framers = { frontend: new FrontendFramer(state), backend: new BackendFramer(state) };
  const messages = { frontend: [] as WireMessage[], backend: [] as WireMessage[] };
  for (const { from, bytes } of recording) {
    for (let at = 0; at < bytes.length; at += chunkSize) {
      messages[from].push(...framers[from].push(bytes.subarray(at, at + chunkSize)));
    }
  }
  return messages;
}

const types = (messages: readonly WireMessage[]): string => messages.map((m) => m.type).join(" ");

test("a real session is cut into its messages", () => {
  const { frontend, backend } = frame(Infinity);
  expect(types(frontend)).toBe("startup P B D E S Q Q X");
  expect(types(backend)).toMatch(/^R (S )+K Z 1 2 T D C Z N C T D C T D C Z T? ?E Z$/);
  expect(backend.find(({ type }) => type === "N")?.payload.includes("hello")).toBe(true);
});

test.each([1, 2, 3, 4, 5, 7, 13, 101, 4093])("chunks of %i bytes change nothing", (size) => {
  const whole = frame(Infinity);
  const split = frame(size);
  for (const direction of ["frontend", "backend"] as const) {
    expect(types(split[direction])).toBe(types(whole[direction]));
    // The bytes that go out are the bytes that came in.
    const sent = Buffer.concat(split[direction].map(({ bytes }) => bytes));
    const came = recording.filter(({ from }) => from === direction).map(({ bytes }) => bytes);
    expect(sent.equals(Buffer.concat(came))).toBe(true);
  }
});

const SSL_REQUEST = Buffer.from("0000000804d2162f", "hex");
const STARTUP = Buffer.from("\0\0\0\x10\0\x03\0\0user\0a\0\0", "latin1");

test("a refused request for TLS is followed by a normal session", () => {
  const state = new WireState();
  const frontend = new FrontendFramer(state);
  const backend = new BackendFramer(state);
  expect(types(frontend.push(SSL_REQUEST))).toBe("ssl");
  expect(types(backend.push(Buffer.from("N")))).toBe("answer");
  expect(types(frontend.push(STARTUP))).toBe("startup");
  expect(types(backend.push(Buffer.from("Z\0\0\0\x05I", "latin1")))).toBe("Z");
});

test("after an accepted request for TLS everything passes unread", () => {
  const state = new WireState();
  const frontend = new FrontendFramer(state);
  const backend = new BackendFramer(state);
  frontend.push(SSL_REQUEST);
  expect(types(backend.push(Buffer.from("S")))).toBe("answer");
  expect(types(frontend.push(Buffer.from([0x16, 3, 1])))).toBe("raw");
  expect(types(backend.push(Buffer.from([0x16, 3, 3])))).toBe("raw");
});

test("what is not the protocol is an error", () => {
  const framer = new FrontendFramer(new WireState());
  expect(() => framer.push(Buffer.alloc(8))).toThrow("not a PostgreSQL startup packet");
});
