/** Where the session is and whether it is encrypted. Also words a connection that failed. */
import { classify, serverError } from "../../failures/classify.ts";
import { Failure } from "../../failures/failure.ts";
import type { ConnectTarget } from "../../postgres/connect.ts";
import type { DoctorCheck } from "../results.ts";
import type { Check } from "./check.ts";

// Only the row of this session is asked for, which every role may see. Behind a pooler it
// describes the pooler's own connection, so the client's side is taken from its configuration.
const TLS = `
  select s.ssl, s.version from pg_catalog.pg_stat_ssl s
  where s.pid = pg_catalog.pg_backend_pid()`;

export const connection: Check = {
  id: "connection",
  title: "Connection",
  async look({ run, session }) {
    const { config } = session;
    const host = config.host ?? "localhost";
    const where = `Connected as ${run.options.target.display}`;
    if (config.ssl) {
      const [row] = await session.query(TLS);
      const version = row?.["ssl"] === "t" ? ` (${row["version"]})` : "";
      return { status: "ok", message: `${where}, with TLS${version}.` };
    }
    if (isLocal(host)) return { status: "ok", message: `${where}, without TLS on this machine.` };
    return {
      status: "warn",
      message: `${where} without TLS: passwords and data can be read on the way.`,
      action: "Add `sslmode=verify-full` to the connection string.",
    };
  },
};

export function connectionFailed(error: unknown, target: ConnectTarget): DoctorCheck {
  const said = error instanceof Failure ? error.what : words(error);
  const failure =
    error instanceof Failure
      ? error
      : new Failure({ class: classify(error, { phase: "connect" }), what: said, cause: error });
  return {
    id: connection.id,
    title: connection.title,
    status: "fail",
    message: `No connection as ${target.display}: ${failure.what}`,
    action: failure.action,
  };
}

/** Node gives an AggregateError without a message when a name has several addresses. */
export function words(error: unknown): string {
  const server = serverError(error);
  if (server) return `${server.message} (SQLSTATE ${server.sqlstate})`;
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((inner) => words(inner)).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}

function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || host.startsWith("127.");
}
