/**
 * From what people give (a URI, name=value pairs, PG* variables, a service, a password file) to
 * settings for `pg`, by the rules of libpq: the connection string, then the service, then the
 * environment, then defaults. `pg` never parses a connection string itself.
 *
 * I1: every field that `pg` would otherwise take from process.env or ~/.pgpass is set here.
 * I2: files are read only when they can matter: certificates only where TLS may be used, the
 *     password file only without a password.
 */
import { userInfo } from "node:os";

import type { ClientConfig } from "pg";

import { Failure } from "../failures/failure.ts";
import type { ConnectTarget } from "./connect.ts";
import type { Surroundings } from "./conninfo-files.ts";
import { listAddresses, SOCKET_DIRS, type Address } from "./conninfo-hosts.ts";
import { parsePairs } from "./conninfo-pairs.ts";
import { fillFromEnv, integerOf, textOf, wordOf, type Params } from "./conninfo-params.ts";
import { readPasswordFile } from "./conninfo-pgpass.ts";
import { fillFromService } from "./conninfo-service.ts";
import { loadTls, readSslMode, tlsAttempts, tlsFor, unsupported } from "./conninfo-ssl.ts";
import { isUri, parseUri } from "./conninfo-uri.ts";

export interface TargetInput {
  /** A URI or name=value pairs; undefined or empty: only the environment counts. */
  readonly url?: string;
  readonly env: NodeJS.ProcessEnv;
  /** Used unless the connection string or PGAPPNAME names one. */
  readonly applicationName?: string;
  /** Relative paths of certificates start here. */
  readonly cwd?: string;
}

const SESSION_ATTRS = [
  "any",
  "read-write",
  "read-only",
  "primary",
  "standby",
  "prefer-standby",
] as const;

const DEFAULT_CONNECT_TIMEOUT_S = 10;

/** The variables that say where a database is or who connects; the others only refine. */
const ADDRESS_VARIABLES = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"];

/** Whether the PG* variables alone name a database. */
export function hasConnectionEnv(env: NodeJS.ProcessEnv): boolean {
  return ADDRESS_VARIABLES.some((name) => Boolean(env[name]));
}

export async function resolveTarget(input: TargetInput): Promise<ConnectTarget> {
  const around: Surroundings = { env: input.env, cwd: input.cwd ?? process.cwd() };
  const notes: string[] = [];
  const params = parseConnectionString(input.url, notes);
  await fillFromService(params, notes, around);
  fillFromEnv(params, input.env);
  refuseUnsupported(params);

  const user = textOf(params, "user") ?? osUser(input.env);
  const database = textOf(params, "dbname") ?? user;
  const addresses = await listAddresses(params);
  const passwords = await findPasswords(params, notes, around, addresses, user, database);
  const mode = readSslMode(params);
  const mayUseTls = addresses.some((address) => tlsAttempts(mode, address).includes(true));
  const tls = mayUseTls ? await loadTls(mode, params, notes, around) : {};
  const binding = wordOf(params, "channel_binding", ["disable", "prefer", "require"] as const);
  const negotiation = wordOf(params, "sslnegotiation", ["postgres", "direct"] as const);
  if (negotiation === "direct" && (mode === "prefer" || mode === "allow")) {
    throw unsupported(params, "sslnegotiation", "Use `sslmode=require` or stronger with it.");
  }
  const timeoutMs = connectTimeoutMs(params);
  const common = commonConfig(params, input.applicationName, timeoutMs);

  const hosts: ClientConfig[] = [];
  const addressOf: number[] = [];
  for (const [index, address] of addresses.entries()) {
    for (const useTls of tlsAttempts(mode, address)) {
      // Channel binding is a property of TLS: what requires it never goes without.
      if (binding === "require" && !useTls) continue;
      addressOf.push(index);
      hosts.push({
        ...common,
        user,
        database,
        host: address.dial,
        port: address.port,
        password: passwords[index] ?? noPassword(user, address),
        ssl: useTls ? tlsFor(tls, address) : false,
        // Set also where it is the default, because `pg` reads PGSSLNEGOTIATION otherwise.
        sslnegotiation: useTls ? (negotiation ?? "postgres") : "postgres",
        ...(useTls && binding === "require" && { enableChannelBinding: true }),
      });
    }
  }
  if (hosts.length === 0) {
    throw unsupported(params, "channel_binding", "Use it with `sslmode=require` and a TCP host.");
  }
  if (binding === "require") {
    notes.push("`channel_binding=require` is used where the server offers it, not enforced.");
  }
  return {
    hosts,
    addressOf,
    targetSessionAttrs: wordOf(params, "target_session_attrs", SESSION_ATTRS) ?? "any",
    display: `${user}@${addresses.map((a) => `${bracket(a.name)}:${a.port}`).join(",")}/${database}`,
    connectTimeoutMs: timeoutMs,
    notes,
  };
}

/** Only the syntax; exported for tests. */
export function parseConnectionString(url: string | undefined, notes: string[]): Params {
  const text = url?.trim() ?? "";
  if (text === "") return new Map();
  if (isUri(text)) return parseUri(text, notes);
  const scheme = /^([a-z][a-z0-9+.:-]*):\/\//i.exec(text)?.[1];
  if (/^["']/.test(text) || scheme !== undefined || !text.includes("=") || /^psql\s/.test(text)) {
    throw new Failure({
      class: "config.invalid",
      what: scheme
        ? `The connection string begins with \`${scheme}://\`, which is not PostgreSQL's.`
        : "The connection string is neither a URI nor name=value pairs.",
      action:
        "Write `postgres://user:password@host:5432/database`, without quotes around it, or `host=… dbname=…`.",
    });
  }
  return parsePairs(text, notes);
}

/** What would make the connection weaker or different when it is left out. */
function refuseUnsupported(params: Params): void {
  const gss = wordOf(params, "gssencmode", ["disable", "prefer", "require"] as const);
  if (gss === "require") throw unsupported(params, "gssencmode", "Use TLS: `sslmode=require`.");
  if (textOf(params, "requirepeer")) {
    throw unsupported(
      params,
      "requirepeer",
      "Remove it, or connect by TCP with `sslmode=verify-full`.",
    );
  }
  if (textOf(params, "require_auth")) {
    throw unsupported(params, "require_auth", "Remove it, and use `sslmode=verify-full`.");
  }
  const replication = textOf(params, "replication");
  if (replication && !/^(false|off|no|0)$/.test(replication)) {
    throw unsupported(params, "replication", "Remove it: migrations need an ordinary connection.");
  }
}

function commonConfig(
  params: Params,
  applicationName: string | undefined,
  timeoutMs: number,
): ClientConfig {
  const options = textOf(params, "options");
  const name =
    textOf(params, "application_name") ??
    applicationName ??
    textOf(params, "fallback_application_name");
  const idle = integerOf(params, "keepalives_idle") ?? 0;
  return {
    connectionTimeoutMillis: timeoutMs,
    // TCP keep-alives are libpq's default and not Node's.
    keepAlive: integerOf(params, "keepalives") !== 0,
    ...(idle > 0 && { keepAliveInitialDelayMillis: idle * 1000 }),
    ...(options !== undefined && { options }),
    ...(name !== undefined && { application_name: name }),
  };
}

/** libpq: zero and less wait for ever, and one second is taken as two. */
function connectTimeoutMs(params: Params): number {
  const seconds = integerOf(params, "connect_timeout") ?? DEFAULT_CONNECT_TIMEOUT_S;
  if (seconds <= 0) return 0;
  return Math.max(seconds, 2) * 1000;
}

async function findPasswords(
  params: Params,
  notes: string[],
  around: Surroundings,
  addresses: readonly Address[],
  user: string,
  database: string,
): Promise<(string | undefined)[]> {
  const given = textOf(params, "password");
  if (given !== undefined) return addresses.map(() => given);
  const lookup = await readPasswordFile(params, notes, around);
  return addresses.map(({ name, port }) =>
    lookup({ host: SOCKET_DIRS.includes(name) ? "localhost" : name, port, database, user }),
  );
}

/**
 * Called by `pg` when the server asks for a password. Without it `pg` would send an empty one or
 * look for ~/.pgpass by other rules than libpq's and print a deprecation warning.
 */
function noPassword(user: string, address: Address): () => Promise<string> {
  return () =>
    Promise.reject(
      new Failure({
        class: "auth.failed",
        what: `The server at ${bracket(address.name)}:${address.port} asks for a password for \`${user}\`, and none is given.`,
        action: "Give it in the connection string, as `PGPASSWORD` or in ~/.pgpass.",
      }),
    );
}

function osUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch (error) {
    // A container may run under a number that has no name.
    const name = env["USER"] || env["USERNAME"];
    if (name) return name;
    throw new Failure({
      class: "config.invalid",
      what: "No database user is given, and the operating system has no name for this one.",
      action: "Give the user in the connection string or as `PGUSER`.",
      cause: error,
    });
  }
}

function bracket(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
