/** Classes for reaching the server, being let in, and staying connected. */
import type { FailureClass } from "../failure-class.ts";

export const CONNECTION = {
  "conn.refused": {
    title: "The server cannot be reached",
    detection:
      "ECONNREFUSED, ENOTFOUND, EAI_AGAIN, EHOSTUNREACH or a time-out while connecting; SQLSTATE 08001 or 08004; a pooler that cannot reach its server.",
    retry: "reconnect",
    partial: "none",
    severity: "error",
    exit: "tryAgain",
    automatic: "Tries again with growing pauses until the time for connecting is used up.",
    state: "Nothing was started and nothing was changed.",
    action:
      "Check that the server is up and that host, port, DNS and network policy are right, then run the same command again.",
  },
  "conn.slots": {
    title: "The server has no free connection",
    detection:
      "SQLSTATE 53300; from PgBouncer `no more connections allowed` or `query_wait_timeout`.",
    retry: "reconnect",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Disconnects and tries again with growing pauses until the time for connecting is used up.",
    state: "Nothing was started on this connection.",
    action:
      "Free connections or raise max_connections (with a pooler: its pool size), then run the same command again.",
  },
  "conn.terminated": {
    title: "The server ended the connection",
    detection:
      "SQLSTATE 57P01 (terminated by an administrator or a shutdown), 57P02 (crash of another backend), 57P03 (starting up or shutting down), 57P04 (the database was dropped).",
    retry: "reconnect",
    partial: "unknown",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Connects again, takes the lock again, reads the history again and goes on from what it says. Nothing is ever sent again blindly.",
    state:
      "The server rolled back the open transaction; the history, read again by the next run, says what is applied.",
    action:
      "Wait until the restart, failover or maintenance is over, then run the same command again.",
  },
  "conn.lost": {
    title: "The connection broke",
    detection:
      "SQLSTATE 08000, 08003 or 08006; ECONNRESET, EPIPE or ETIMEDOUT; the driver's `Connection terminated unexpectedly`.",
    retry: "reconnect",
    partial: "unknown",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Connects again, waits until the server has ended the orphaned session and freed its lock, reads the history again and goes on from what it says.",
    state:
      "The server rolls back the open transaction as soon as it notices; the history, read again by the next run, says what is applied.",
    action:
      "Check the network between here and the server (idle time-outs of load balancers, a failover), then run the same command again.",
  },
  "commit.ambiguous": {
    title: "The connection broke while COMMIT was under way",
    detection:
      "The connection is lost between sending COMMIT and its reply; SQLSTATE 40003 or 08007.",
    retry: "reconnect",
    partial: "unknown",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Connects again and looks for the history row under the lock: when it is there, the migration is applied; when it is not, the migration runs again.",
    state:
      "The migration is either wholly applied or wholly rolled back; its history row, written in the same transaction, tells which.",
    action: "Run the same command again; it looks up the answer before it does anything.",
  },
  idle_kill: {
    title: "A time-out for sessions or transactions ended the connection",
    detection:
      "SQLSTATE 57P05 (idle_session_timeout), 25P03 (idle_in_transaction_session_timeout), 25P04 (transaction_timeout, PostgreSQL 17 and later).",
    retry: "reconnect",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Sets these time-outs itself at the start of each session; when one strikes all the same, starts again from the top on a new connection.",
    state: "The open transaction was rolled back; migrations before it stay applied.",
    action:
      "Look for a file, a pooler or a watchdog that sets the time-out on this session, then run the same command again.",
  },
  readonly: {
    title: "The server or the session is read-only",
    detection: "SQLSTATE 25006; the server is in recovery; transaction_read_only is on.",
    retry: "reconnect",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic:
      "Connects again with a fresh DNS answer while the time for connecting lasts, because a name may still point to the old primary after a failover.",
    state: "Nothing was changed; this server accepts no writes.",
    action:
      "Point the URL at the primary, for instance with several hosts and `target_session_attrs=read-write`.",
  },
  "auth.failed": {
    title: "The server refuses the login",
    detection: "SQLSTATE 28000 or 28P01 (wrong password, no matching line in pg_hba.conf).",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "permission",
    automatic: "Stops at once; repeated wrong passwords can lock an account.",
    state: "Nothing was started and nothing was changed.",
    action:
      "Check user, password and pg_hba.conf; after a rotation of secrets, restart with the new one.",
  },
  "auth.no_database": {
    title: "The database does not exist",
    detection: "SQLSTATE 3D000.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Stops. Lockstep does not create databases by itself.",
    state: "Nothing was started and nothing was changed.",
    action: "Correct the database name in the URL, or create the database first.",
  },
  "auth.tls": {
    title: "The TLS connection cannot be made",
    detection:
      "The server does not support SSL connections; a certificate is self-signed, expired, unknown or for another name; the handshake fails.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Stops. Lockstep never falls back to a weaker sslmode than the one asked for.",
    state: "Nothing was started and nothing was changed.",
    action:
      "Give the right CA with `sslrootcert`, use the host name that the certificate is for, or choose another `sslmode`.",
  },
} as const satisfies Record<string, FailureClass>;
