/**
 * The connection parameters of libpq (PostgreSQL 18), and what other tools leave in URLs.
 *
 * I1: no message of this file contains a value that may be a password.
 */
import { Failure } from "../failures/failure.ts";
import { nearest } from "../failures/nearest.ts";

/** Each parameter that libpq knows, with the environment variable that stands in for it. */
export const LIBPQ_PARAMS = {
  service: "PGSERVICE",
  servicefile: "PGSERVICEFILE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  dbname: "PGDATABASE",
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  connect_timeout: "PGCONNECT_TIMEOUT",
  options: "PGOPTIONS",
  application_name: "PGAPPNAME",
  fallback_application_name: undefined,
  client_encoding: "PGCLIENTENCODING",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  load_balance_hosts: "PGLOADBALANCEHOSTS",
  channel_binding: "PGCHANNELBINDING",
  require_auth: "PGREQUIREAUTH",
  requirepeer: "PGREQUIREPEER",
  sslmode: "PGSSLMODE",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslpassword: undefined,
  sslcertmode: "PGSSLCERTMODE",
  sslcrl: "PGSSLCRL",
  sslcrldir: "PGSSLCRLDIR",
  sslsni: "PGSSLSNI",
  sslcompression: "PGSSLCOMPRESSION",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  sslkeylogfile: undefined,
  gssencmode: "PGGSSENCMODE",
  gssdelegation: "PGGSSDELEGATION",
  gsslib: "PGGSSLIB",
  krbsrvname: "PGKRBSRVNAME",
  keepalives: undefined,
  keepalives_idle: undefined,
  keepalives_interval: undefined,
  keepalives_count: undefined,
  tcp_user_timeout: undefined,
  min_protocol_version: "PGMINPROTOCOLVERSION",
  max_protocol_version: "PGMAXPROTOCOLVERSION",
  replication: undefined,
} as const;

export type ParamName = keyof typeof LIBPQ_PARAMS;

export interface ParamValue {
  readonly value: string;
  /** Where it was given, for messages: "`PGPORT`", "`port` in the connection string". */
  readonly from: string;
}

export type Params = Map<ParamName, ParamValue>;

/**
 * What Prisma, pgx, golang-migrate, Supabase and others read from a URL. These steer a pool or a
 * client cache that does not exist here, so that leaving them out changes nothing.
 */
const FOREIGN_PARAMS = new Set([
  "pgbouncer",
  "connection_limit",
  "pool_timeout",
  "pool_size",
  "pool",
  "socket_timeout",
  "sslaccept",
  "sslidentity",
  "statement_cache_size",
  "statement_cache_capacity",
  "default_query_exec_mode",
  "uselibpqcompat",
  "supa",
  "workaround",
  "max",
  "idle_timeout",
  "max_lifetime",
]);

/** `x-…` belongs to golang-migrate and `pool_…` to pgx. */
const FOREIGN_PREFIXES = ["x-", "pool_"];

/** Keeps one parameter; an unknown one is refused with the name that was probably meant. */
export function keepParam(
  params: Params,
  notes: string[],
  name: string,
  value: string,
  where: string,
): void {
  const from = `\`${name}\` in ${where}`;
  if (isParamName(name)) {
    // The last one wins, as in libpq.
    params.set(name, { value, from });
  } else if (name === "ssl") {
    params.set("sslmode", { value: sslModeOf(value, from), from });
  } else if (name === "search_path") {
    // lib/pq, pgx and dbmate send unknown parameters to the server as settings; of those,
    // search_path is the one that changes what a migration does.
    const before = params.get("options")?.value;
    const escaped = value.replace(/[\\ ]/g, "\\$&");
    const option = `-c search_path=${escaped}`;
    params.set("options", { value: before ? `${before} ${option}` : option, from });
  } else if (name === "schema") {
    if (value !== "public") {
      notes.push(
        `\`schema=${value}\` in ${where} is ignored; set \`searchPath\` in the configuration to run migrations in that schema.`,
      );
    }
  } else if (!FOREIGN_PARAMS.has(name) && !FOREIGN_PREFIXES.some((p) => name.startsWith(p))) {
    throw unknownParam(name, where);
  }
}

/** Fills what is not given yet from the PG* environment variables; empty ones count as not set. */
export function fillFromEnv(params: Params, env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(LIBPQ_PARAMS) as ParamName[]) {
    const variable = LIBPQ_PARAMS[name];
    const value = variable === undefined ? undefined : env[variable];
    if (value && variable && !params.has(name))
      params.set(name, { value, from: `\`${variable}\`` });
  }
}

/** The value of a parameter; an empty one counts as not given, as in libpq. */
export function textOf(params: Params, name: ParamName): string | undefined {
  return params.get(name)?.value || undefined;
}

/** One of a fixed set of words. */
export function wordOf<W extends string>(
  params: Params,
  name: ParamName,
  words: readonly W[],
): W | undefined {
  const value = textOf(params, name);
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const near = nearest(value, words);
  throw new Failure({
    class: "config.invalid",
    what: `${params.get(name)!.from} is \`${value}\`, which is not a value that it can have.`,
    action:
      near === undefined
        ? `Use one of ${quoteAll(words)}.`
        : `Use \`${near}\`; all values: ${quoteAll(words)}.`,
  });
}

/** A whole number; libpq accepts white space around it and so do we. */
export function integerOf(params: Params, name: ParamName): number | undefined {
  const text = textOf(params, name);
  if (text === undefined) return undefined;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) {
    throw new Failure({
      class: "config.invalid",
      what: `${params.get(name)!.from} is \`${text}\`, which is not a whole number.`,
      action: "Give a whole number.",
    });
  }
  return Number(text);
}

export function quoteAll(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

export function isParamName(name: string): name is ParamName {
  return Object.hasOwn(LIBPQ_PARAMS, name);
}

function unknownParam(name: string, where: string): Failure {
  const near = nearest(name, [...Object.keys(LIBPQ_PARAMS), ...FOREIGN_PARAMS]);
  return new Failure({
    class: "config.invalid",
    what: `The parameter \`${name}\` in ${where} is not known.`,
    action:
      near === undefined
        ? "Remove it; a server setting is given as `options=-c%20name%3Dvalue`."
        : `Write \`${near}\`, or remove it.`,
  });
}

/** JDBC and `pg` write `ssl=true`; libpq itself reads that as sslmode=require. */
function sslModeOf(value: string, from: string): string {
  if (value === "true" || value === "1" || value === "") return "require";
  if (value === "false" || value === "0") return "disable";
  if (value === "no-verify") return "require";
  throw new Failure({
    class: "config.invalid",
    what: `${from} is \`${value}\`, which is not a value that it can have.`,
    action: "Use `sslmode` with one of `disable`, `prefer`, `require`, `verify-ca`, `verify-full`.",
  });
}
