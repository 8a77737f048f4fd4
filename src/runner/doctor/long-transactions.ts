/**
 * An old transaction keeps its locks, and its snapshot holds up every CREATE INDEX CONCURRENTLY of
 * the database: a migration steps back from the first and waits for the second.
 */
import { ok, type Check, type Finding } from "./check.ts";
import { age, be, count, listed } from "./wording.ts";

const OLD = `
  select a.pid, a.usename, a.application_name, a.state,
         a.backend_xmin is not null or a.backend_xid is not null as snapshot,
         (extract(epoch from pg_catalog.clock_timestamp() - a.xact_start) * 1000)::pg_catalog.int8 as ms
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid()
    and a.xact_start < pg_catalog.clock_timestamp() - ($1::pg_catalog.text || ' ms')::pg_catalog.interval
  order by a.xact_start`;

// For sessions of other roles an ordinary role sees neither start nor state, but it does see
// backend_xid and backend_xmin (verified on 14 and 18), and all of pg_locks.
const HIDDEN = `
  select a.pid, a.usename, a.application_name
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database() and a.usesysid is not null
    and a.pid <> pg_catalog.pg_backend_pid() and a.state is null and a.xact_start is null
    and (a.backend_xid is not null or a.backend_xmin is not null
         or exists (select from pg_catalog.pg_locks l
                    where l.pid = a.pid and l.locktype = 'relation' and l.granted))
  order by a.pid`;

export const longTransactions: Check = {
  id: "long-transactions",
  title: "Long transactions",
  async look({ session, limits }) {
    const rows = await session.query(OLD, [String(limits.longTransactionMs)]);
    if (rows.length > 0) {
      const who = rows.map((row) => {
        const holds = row["snapshot"] === "t" ? ", holds a snapshot" : "";
        const application = row["application_name"] ? ` \`${row["application_name"]}\`` : "";
        return `pid ${row["pid"]} (${row["usename"] ?? "server process"}${application}, ${row["state"] ?? "running"}, ${age(Number(row["ms"]))}${holds})`;
      });
      return {
        status: "warn",
        message: `${count(rows.length, "transaction")} ${be(rows.length)} older than ${age(limits.longTransactionMs)}: ${listed(who)}.`,
        action: `Let it end, or end it: \`select pg_terminate_backend(${rows[0]?.["pid"]})\`.`,
      };
    }
    return hidden(
      (await session.query(HIDDEN)).map((row) => `pid ${row["pid"]} (${row["usename"]})`),
    );
  },
};

function hidden(pids: readonly string[]): Finding {
  if (pids.length === 0) return ok("No transaction is old.");
  return {
    status: "info",
    message: `${count(pids.length, "transaction")} of other roles ${be(pids.length)} open, and this role cannot see since when: ${listed(pids)}.`,
    action: "Grant pg_read_all_stats to the role to see their age (`lockstep grants --observer`).",
  };
}
