/**
 * Direct, session pooler or transaction pooler. A pooler announces a process id of its own at the
 * start of the session, so that differs from pg_backend_pid(). A transaction pooler gives one
 * backend to two idle clients in turn, or two backends to one client; a session pooler never does.
 */
import { Session } from "../../postgres/session.ts";
import { ok, type Check, type DoctorContext } from "./check.ts";

const PID = "select pg_catalog.pg_backend_pid() as pid";
const TRIES = 3;

export const connectionKind: Check = {
  id: "connection-kind",
  title: "Connection kind",
  async look(ctx) {
    const { session, facts } = ctx;
    if (session.announcedPid === facts.backendPid) {
      return ok("The connection is direct: what this session locks, this session keeps.");
    }
    const kind = await poolerKind(ctx);
    if (kind === "transaction") {
      return {
        status: "warn",
        message:
          "A transaction pooler is in between: each transaction may run in another backend, " +
          "so migrations that cannot run in a transaction are refused.",
        action:
          "Give migrations a direct URL, past the pooler (with PgBouncer: the server's own host " +
          "and port, or a database entry with `pool_mode=session`).",
      };
    }
    return {
      status: "warn",
      message:
        "A session pooler is in between: a backend is kept for the whole session, but the pooler " +
        "may end it, and Lockstep treats the connection as pooled.",
      action: "Give migrations a direct URL to the server's own host and port.",
    };
  },
};

/** A pool with one place serves no second session while ours keeps it: that is a session pooler. */
async function poolerKind(ctx: DoctorContext): Promise<"session" | "transaction"> {
  const { session, run, limits } = ctx;
  let side: Session | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<"session">((resolve) => {
    timer = setTimeout(() => resolve("session"), limits.sideConnectionMs);
  });
  const compare = async (): Promise<"session" | "transaction"> => {
    side = await Session.openHost(
      session.config,
      { connectTimeoutMs: limits.sideConnectionMs },
      { applicationName: run.applicationName },
    );
    const first = await pidOf(session);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if ((await pidOf(side)) === first || (await pidOf(session)) !== first) return "transaction";
    }
    return "session";
  };
  try {
    // A refused or unserved second session tells nothing about transactions.
    return await Promise.race([compare().catch(() => "session" as const), tooLong]);
  } finally {
    clearTimeout(timer);
    // Not `close`: its query may still wait in the pooler's queue.
    side?.destroy();
  }
}

async function pidOf(session: Session): Promise<string | null | undefined> {
  const [row] = await session.query(PID);
  return row?.["pid"];
}
