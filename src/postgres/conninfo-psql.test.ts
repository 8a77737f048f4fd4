/**
 * psql as the oracle: the same connection string and variables go to libpq and to `pg` through
 * resolveTarget, and a listener writes down who asks for which database with which password. It
 * speaks only the first messages of the protocol, so that no server is needed.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { resolveTarget } from "./conninfo.ts";

const PSQL = "/usr/bin/psql";
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

let dir: string;
let tcp: Server;
let unix: Server;
let port: number;
let seen: Record<string, string>[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lockstep-psql-"));
  tcp = createServer((socket) => record(socket, "tcp"));
  await new Promise<void>((done) => tcp.listen(0, "127.0.0.1", done));
  port = (tcp.address() as { port: number }).port;
  unix = createServer((socket) => record(socket, "unix"));
  await new Promise<void>((done) => unix.listen(`${dir}/.s.PGSQL.${port}`, done));
  await writeFile(join(dir, "pass"), `127.0.0.1:${port}:db:filed:from\\:file\n*:*:*:filed:other\n`);
  await chmod(join(dir, "pass"), 0o600);
  await writeFile(
    join(dir, "services"),
    `[app]\nhost=127.0.0.1\nport=${port}\nuser=svc\ndbname=svcdb\npassword=p w\n`,
  );
});
afterAll(async () => {
  tcp.close();
  unix.close();
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  seen = [];
});

/** Refuses TLS, notes the startup packet, asks for the password, notes it, and ends. */
function record(socket: Socket, via: string): void {
  let startup: Record<string, string> | undefined;
  socket.on("error", () => {});
  socket.on("data", (data) => {
    const code = data.length === 8 ? data.readInt32BE(4) : 0;
    if (!startup && (code === SSL_REQUEST || code === GSS_REQUEST)) {
      socket.write("N");
    } else if (!startup) {
      const words = data.subarray(8).toString().split("\0");
      startup = { via };
      for (let i = 0; i + 1 < words.length && words[i] !== ""; i += 2) {
        startup[words[i]!] = words[i + 1]!;
      }
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
    } else {
      seen.push({ ...startup, password: data.subarray(5, -1).toString() });
      const body = "SFATAL\0C28P01\0Mno\0\0";
      const head = Buffer.from([0x45, 0, 0, 0, body.length + 4]);
      socket.end(Buffer.concat([head, Buffer.from(body)]));
    }
  });
}

async function throughPsql(url: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  await promisify(execFile)(PSQL, ["-X", "-w", "-d", url, "-c", "select 1"], {
    env,
    timeout: 10_000,
  }).catch(() => {});
  return take();
}

async function throughPg(url: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const { hosts } = await resolveTarget({ url, env, applicationName: "psql", cwd: dir });
  for (const config of hosts) {
    const client = new Client(config);
    client.on("error", () => {});
    await client.connect().catch(() => {});
    if (seen.length > 0) break;
  }
  return take();
}

/** What was asked for, without what the two clients set for themselves. */
function take(): unknown {
  const [first] = seen;
  seen = [];
  if (!first) return undefined;
  const { client_encoding: _, ...rest } = first;
  return rest;
}

describe.skipIf(!existsSync(PSQL))("psql and resolveTarget connect alike", () => {
  const cases: [string, (p: number, d: string) => string, NodeJS.ProcessEnv?][] = [
    ["a URI", (p) => `postgres://u:p@127.0.0.1:${p}/db`],
    ["the longer scheme", (p) => `postgresql://u:p@127.0.0.1:${p}/db`],
    ["escapes", (p) => `postgres://u%40x:p%40%2F%3A%23%25%20%c3%a4@127.0.0.1:${p}/d%2Fb`],
    ["a plain # in the password", (p) => `postgres://u:a#b@127.0.0.1:${p}/db`],
    ["plain : ? & = + in the password", (p) => `postgres://u:a:b?c&d=e+f@127.0.0.1:${p}/db`],
    ["no database", (p) => `postgres://u:p@127.0.0.1:${p}`],
    ["an empty database", (p) => `postgres://u:p@127.0.0.1:${p}/?sslmode=disable`],
    ["no path but parameters", (p) => `postgres://u:p@127.0.0.1:${p}?dbname=q`],
    ["parameters that replace", (p) => `postgres://u:p@h/db?host=127.0.0.1&port=${p}&user=v`],
    ["a + in a parameter", (p) => `postgres://u:p@127.0.0.1:${p}/db?application_name=a+b%20c`],
    ["several hosts", (p) => `postgres://u:p@127.0.0.1:1,127.0.0.1:${p}/db`],
    ["a shared port", (p) => `host=127.0.0.1,127.0.0.1 port=${p} user=u password=p`],
    ["hostaddr", (p) => `host=nowhere.invalid hostaddr=127.0.0.1 port=${p} user=u password=p`],
    ["a socket as parameter", (p, d) => `postgres://u:p@/db?host=${d}&port=${p}`],
    ["a socket in the host", (p, d) => `postgres://u:p@${encodeURIComponent(d)}:${p}/db`],
    [
      "a socket that is asked for TLS",
      (p, d) => `host=${d} port=${p} user=u password=p sslmode=require`,
    ],
    ["options", (p) => `postgres://u:p@127.0.0.1:${p}/db?options=-c%20search_path%3Da`],
    ["ssl refused", (p) => `postgres://u:p@127.0.0.1:${p}/db?sslmode=require`],
    ["allow", (p) => `postgres://u:p@127.0.0.1:${p}/db?sslmode=allow`],
    ["pairs", (p) => `host=127.0.0.1 port=${p} user=u password=p dbname=db`],
    ["spaces around =", (p) => `host = 127.0.0.1  port= ${p} user =u password=p`],
    ["quotes", (p) => `host=127.0.0.1 port=${p} user='a b' password='it\\'s \\\\ x' dbname=''`],
    ["backslashes without quotes", (p) => `host=127.0.0.1 port=${p} user=a\\ b password=c\\'d\\\\`],
    ["a quote inside a word", (p) => `host=127.0.0.1 port=${p} user=a'b password=p'`],
    ["the last of two values", (p) => `host=127.0.0.1 port=${p} user=a user=b password=p`],
    ["variables", () => "", { PGUSER: "eu", PGPASSWORD: "ep", PGDATABASE: "ed", PGAPPNAME: "ea" }],
    ["variables below the string", () => "user=u", { PGUSER: "eu", PGPASSWORD: "ep" }],
    ["PGOPTIONS", () => "user=u password=p", { PGOPTIONS: "-c work_mem=1MB" }],
    ["the password file", () => "user=filed dbname=db"],
    ["the password file, other line", () => "user=filed dbname=xx"],
    ["a service", () => "service=app", { PGHOST: "nowhere.invalid" }],
    ["PGSERVICE below the string", () => "user=u", { PGSERVICE: "app" }],
    ["a fallback name", () => "user=u password=p fallback_application_name=f application_name=g"],
    ["JDBC's ssl=true", (p) => `postgres://u:p@127.0.0.1:${p}/db?ssl=true`],
    ["an unknown parameter", (p) => `postgres://u:p@127.0.0.1:${p}/db?sslmodus=x`],
    ["a bad port", () => "postgres://u:p@127.0.0.1:99999/db"],
    ["more ports than hosts", (p) => `host=127.0.0.1 port=${p},${p} user=u password=p`],
    ["a bad sslmode", (p) => `host=127.0.0.1 port=${p} user=u password=p sslmode=on`],
    ["verify-ca without a certificate", (p) => `host=127.0.0.1 port=${p} sslmode=verify-ca`],
  ];

  test.each(cases)("%s", async (_, url, extra) => {
    const env: NodeJS.ProcessEnv = {
      PATH: process.env["PATH"],
      HOME: dir,
      PGHOST: "127.0.0.1",
      PGPORT: String(port),
      PGPASSFILE: join(dir, "pass"),
      PGSERVICEFILE: join(dir, "services"),
      ...extra,
    };
    const text = url(port, dir);
    const theirs = await throughPsql(text, env);
    const ours = await throughPg(text, env).catch(() => undefined);
    expect(ours).toEqual(theirs);
  });

  test("the listener records what it is asked for", async () => {
    const env = { PATH: process.env["PATH"], HOME: dir };
    expect(await throughPsql(`postgres://u:p@127.0.0.1:${port}/db`, env)).toEqual({
      via: "tcp",
      user: "u",
      database: "db",
      application_name: "psql",
      password: "p",
    });
  });
});
