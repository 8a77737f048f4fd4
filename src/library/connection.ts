/**
 * What the library accepts as a connection. A Client or Pool of `pg` is read for its settings
 * only: the run opens sessions of its own, because a lock that lives on a borrowed connection ends
 * when somebody else returns it, and a migration's settings must not reach the application.
 */
import { Failure } from "../failures/failure.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import type { ConnectTarget } from "../postgres/connect.ts";

type HostConfig = ConnectTarget["hosts"][number];

/** The part of a `pg.Client` that is read. */
export interface PgClient {
  readonly user?: string | undefined;
  readonly database?: string | undefined;
  readonly port: number;
  readonly host: string;
  readonly password?: unknown;
  readonly ssl?: unknown;
}

/** The part of a `pg.Pool` that is read. */
export interface PgPool {
  readonly options: HostConfig & { readonly connectionString?: string | undefined };
}

/** A connection string, or a Client or Pool of `pg`. */
export type Connection = string | PgClient | PgPool;

/** A pool, which can be asked itself; a Client of the application may be in a transaction. */
export function isPool<P>(connection: Connection | P | undefined): connection is P {
  const { query, options } = (connection ?? {}) as { query?: unknown; options?: unknown };
  return typeof query === "function" && typeof options === "object";
}

export async function targetOf(connection: Connection | undefined): Promise<ConnectTarget> {
  if (connection === undefined || typeof connection === "string") {
    return resolveTarget({
      env: process.env,
      ...(connection !== undefined && { url: connection }),
    });
  }
  if ("options" in connection && typeof connection.options === "object") {
    const { connectionString, ...rest } = connection.options;
    if (connectionString === undefined) return single(rest);
    const target = await resolveTarget({ env: process.env, url: connectionString });
    const { ssl } = rest;
    if (ssl === undefined) return target;
    return { ...target, hosts: target.hosts.map((host) => ({ ...host, ssl })) };
  }
  if ("host" in connection && "port" in connection) {
    const { user, database, port, host } = connection;
    return single({
      host,
      port,
      ...(user !== undefined && { user }),
      ...(database !== undefined && { database }),
      ...secretsOf(connection),
    });
  }
  throw new Failure({
    class: "config.invalid",
    what: "The connection is neither a connection string nor a Client or Pool of `pg`.",
    state: "Nothing was changed.",
    action: "Give a URL such as `postgres://user@host/database`, a `pg.Pool` or a `pg.Client`.",
  });
}

function secretsOf(client: PgClient): Pick<HostConfig, "password" | "ssl"> {
  const { password, ssl } = client;
  return {
    ...(password != null && { password: password as NonNullable<HostConfig["password"]> }),
    ...(ssl !== undefined && { ssl: ssl as NonNullable<HostConfig["ssl"]> }),
  };
}

function single(config: HostConfig): ConnectTarget {
  const { host = "localhost", port = 5432, database, user } = config;
  return {
    hosts: [config],
    targetSessionAttrs: "any",
    display: `${user ?? "?"}@${host}:${port}/${database ?? user ?? "?"}`,
    connectTimeoutMs: config.connectionTimeoutMillis ?? 10_000,
  };
}
