/**
 * Errors that carry no SQLSTATE of PostgreSQL: Node's, the driver's, and those of PgBouncer, which
 * gives nearly all of its own the one code 08P01 (from 1.18 to 1.25) and no `routine`.
 */
import type { FailureClassId } from "./taxonomy.ts";

/** `error.code` as Node sets it. */
export const BY_NODE_CODE: Readonly<Record<string, FailureClassId>> = {
  ABORT_ERR: "interrupted",
  EADDRNOTAVAIL: "conn.refused",
  EAI_AGAIN: "conn.refused",
  EAI_FAIL: "conn.refused",
  EAI_NODATA: "conn.refused",
  ECONNABORTED: "conn.lost",
  ECONNREFUSED: "conn.refused",
  ECONNRESET: "conn.lost",
  EHOSTDOWN: "conn.refused",
  EHOSTUNREACH: "conn.refused",
  ENETDOWN: "conn.lost",
  ENETRESET: "conn.lost",
  ENETUNREACH: "conn.refused",
  ENOTFOUND: "conn.refused",
  EPIPE: "conn.lost",
  ETIMEDOUT: "conn.lost",
  // OpenSSL's verification results and TLS errors; ERR_TLS_*, ERR_SSL_* and ERR_OSSL_* by prefix.
  CERT_CHAIN_TOO_LONG: "auth.tls",
  CERT_HAS_EXPIRED: "auth.tls",
  CERT_NOT_YET_VALID: "auth.tls",
  CERT_REJECTED: "auth.tls",
  CERT_REVOKED: "auth.tls",
  CERT_SIGNATURE_FAILURE: "auth.tls",
  CERT_UNTRUSTED: "auth.tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "auth.tls",
  EPROTO: "auth.tls",
  HOSTNAME_MISMATCH: "auth.tls",
  INVALID_CA: "auth.tls",
  INVALID_PURPOSE: "auth.tls",
  SELF_SIGNED_CERT_IN_CHAIN: "auth.tls",
  UNABLE_TO_GET_CRL: "auth.tls",
  UNABLE_TO_GET_ISSUER_CERT: "auth.tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "auth.tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "auth.tls",
};

export const TLS_CODE_PREFIX = /^ERR_(TLS|SSL|OSSL)_/;

export type MessageRule = readonly [pattern: RegExp, id: FailureClassId];

/** Errors of `pg` and of the TLS layer that have a message only. */
export const BY_DRIVER_MESSAGE: readonly MessageRule[] = [
  [/^The server does not support SSL connections/, "auth.tls"],
  [/^There was an error establishing an SSL connection/, "auth.tls"],
  [/^SASL channel binding/, "auth.tls"],
  [
    /self[- ]signed certificate|unable to (verify|get) .*certificate|certificate has expired/i,
    "auth.tls",
  ],
  [/^Hostname\/IP does not match certificate/, "auth.tls"],
  [/^SASL: /, "auth.failed"],
  [/^timeout exceeded when trying to connect/, "conn.slots"], // pg's own pool has none free
  [/^timeout expired/, "conn.refused"], // connectionTimeoutMillis of pg
  [/^Connection terminated due to connection timeout/, "conn.refused"],
  [/^Connection terminated/, "conn.lost"],
  [/^Client has encountered a connection error/, "conn.lost"],
  [/^Client was closed and is not queryable/, "conn.lost"],
  [/^Query read timeout/, "conn.lost"],
  // A socket's error whose code was lost on the way, as wrappers do.
  [
    /\b(connect|getaddrinfo) (ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)\b/,
    "conn.refused",
  ],
  [/\b(read|write) (ECONNRESET|EPIPE|ETIMEDOUT)\b/, "conn.lost"],
];

/** PgBouncer's words, in this order: its cached login errors contain the server's own. */
export const BY_POOLER_MESSAGE: readonly MessageRule[] = [
  [
    /password authentication failed|SASL authentication failed|no such user|wrong password type/,
    "auth.failed",
  ],
  [/no such database|database .* does not exist/, "auth.no_database"],
  [/TLS|SSL required/, "auth.tls"],
  [/unsupported startup parameter|bouncer config error/, "config.invalid"],
  [
    /query_wait_timeout|no more connections allowed|client connections exceeded|too many clients/,
    "conn.slots",
  ],
  [/remaining connection slots|too many connections/, "conn.slots"],
  [/cannot connect|connect failed|connect timeout|server login has been failing/, "conn.refused"],
  [/server down|server login failed|DNS lookup failed|is disabled/, "conn.refused"],
  // query_timeout drops the connection, so it is not a statement_timeout that rolled back.
  [/client_idle_timeout|transaction[ _]timeout|query[ _]timeout/, "idle_kill"],
  [/shutting down|shut down|admin forced|database configuration changed/, "conn.terminated"],
  [
    /server conn crashed|server connection closed|unexpected eof|closed the connection/i,
    "conn.lost",
  ],
];
