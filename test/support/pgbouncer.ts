/**
 * A real PgBouncer in front of a server, in the mode a test asks for. Every database of the server
 * is reachable by its own name. Logins are trusted, but only the users listed exist for it.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asServerUser, serverUser } from "../../src/sandbox/server-user.ts";
import { waitUntil } from "./wait-until.ts";

export interface PgBouncerOptions {
  readonly host: string;
  readonly port: number;
  /** The database of `url()` when it is called without one. */
  readonly database: string;
  readonly poolMode: "session" | "transaction" | "statement";
  /** Server connections for each pair of user and database. */
  readonly poolSize: number;
  readonly maxClientConn?: number;
  /** Seconds that a query waits for a server connection before the client is disconnected. */
  readonly queryWaitTimeout?: number;
  /** Names and the passwords they have on the server; the first one is the administrator. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further settings for the ini file, such as `ignore_startup_parameters`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PgBouncer {
  readonly port: number;
  /** Connection string by way of PgBouncer; by default as the administrator. */
  url(database?: string, user?: string): string;
  /** The administration console (`show pools`, `pause`, `kill …`): simple protocol only. */
  readonly adminUrl: string;
  /** What PgBouncer has written to its log so far. */
  log(): string;
  stop(): Promise<void>;
}

/** True, or why there is no PgBouncer here. */
export const pgbouncerAvailable: true | string = findPgBouncer();

/**
 * The reason to skip tests with PgBouncer, or undefined to run them. Where
 * LOCKSTEP_TEST_REQUIRE names `pgbouncer` they run, and fail without it.
 */
export function skipWithoutPgBouncer(): string | undefined {
  const required = (process.env["LOCKSTEP_TEST_REQUIRE"] ?? "").split(/[\s,]+/);
  if (pgbouncerAvailable === true || required.includes("pgbouncer")) return undefined;
  return pgbouncerAvailable;
}

export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  if (pgbouncerAvailable !== true) throw new Error(pgbouncerAvailable);
  const users = Object.entries(options.users ?? { postgres: "" });
  const admin = users[0]?.[0];
  if (admin === undefined) throw new Error("PgBouncer needs at least one user");

  const dir = mkdtempSync(join(tmpdir(), "lockstep-pgbouncer-"));
  const owner = serverUser();
  const port = await freePort();
  const list = users.map(([name, password]) => `${quote(name)} ${quote(password)}\n`).join("");
  for (const [file, text] of [
    ["userlist.txt", list],
    ["pgbouncer.ini", ini(options, dir, port, admin)],
  ] as const) {
    writeFileSync(join(dir, file), text);
    chmodSync(join(dir, file), 0o600);
    if (owner) chownSync(join(dir, file), owner.uid, owner.gid);
  }
  if (owner) chownSync(dir, owner.uid, owner.gid);

  const child = spawnTied(dir);
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    // SIGTERM is PgBouncer's immediate shutdown; SIGINT would wait for its clients.
    child.kill("SIGTERM");
    await exited;
  };
  try {
    await waitUntil(() => child.exitCode !== null || accepts(port), {
      deadlineMs: 10_000,
      what: "PgBouncer to listen",
    });
    if (child.exitCode !== null) throw new Error("PgBouncer ended at once");
  } catch (error) {
    await stop();
    throw new Error(`PgBouncer does not start; its log:\n${log}`, { cause: error });
  }

  const url = (database = options.database, user = admin): string => {
    const known = users.some(([name]) => name === user);
    if (!known) throw new Error(`PgBouncer was started without the user ${user}`);
    const login = encodeURIComponent(user);
    return `postgres://${login}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  };
  return { port, url, adminUrl: url("pgbouncer", admin), log: () => log, stop };
}

function ini(options: PgBouncerOptions, dir: string, port: number, admin: string): string {
  const settings: Record<string, string | number> = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "trust",
    auth_file: join(dir, "userlist.txt"),
    admin_users: admin,
    pool_mode: options.poolMode,
    default_pool_size: options.poolSize,
    max_client_conn: options.maxClientConn ?? 200,
    query_wait_timeout: options.queryWaitTimeout ?? 120,
    // By default a failed login to the server is not tried again for 15 s: too long for tests.
    server_login_retry: 1,
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  const target = `host=${options.host} port=${options.port}`;
  return `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join("")}`;
}

/**
 * PgBouncer has no way to end with its parent, and a worker may be killed without a chance to clean
 * up. So a watcher reads from a pipe of ours, which Node closes when PgBouncer ends and the kernel
 * when we do; then PgBouncer and its folder go.
 */
function spawnTied(dir: string): ChildProcess {
  const script = [
    "exec 3<&0",
    '(cat <&3; kill -TERM $$; rm -rf "$0") >/dev/null 2>&1 &',
    'exec pgbouncer "$0/pgbouncer.ini" 3<&- </dev/null',
  ].join("\n");
  return spawn("/bin/sh", ["-c", script, dir], {
    ...asServerUser(),
    cwd: "/",
    env: searchPath(),
    stdio: ["pipe", "ignore", "pipe"],
  });
}

function findPgBouncer(): true | string {
  try {
    execFileSync("pgbouncer", ["--version"], { stdio: "ignore", env: searchPath() });
    return true;
  } catch {
    return "the program `pgbouncer` is not installed (Debian: apt-get install pgbouncer)";
  }
}

/** Debian installs it in /usr/sbin, which is not on everybody's path. */
function searchPath(): NodeJS.ProcessEnv {
  return { PATH: `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/usr/local/sbin` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether something listens on this port of the local machine. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
