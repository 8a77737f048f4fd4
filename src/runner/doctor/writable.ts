/** A standby or a read-only session runs no migration. */
import { ok, type Check } from "./check.ts";

const READ_ONLY = `
  select s.setting, s.source
  from pg_catalog.pg_settings s
  where s.name = 'default_transaction_read_only'`;

export const writable: Check = {
  id: "writable",
  title: "Writable",
  async look({ session, facts }) {
    if (facts.inRecovery) {
      return {
        status: "fail",
        message: "The server is in recovery (a standby): it takes no writes.",
        action: "Connect to the primary; with several hosts add `target_session_attrs=read-write`.",
      };
    }
    const [row] = await session.query(READ_ONLY);
    if (row?.["setting"] === "on") {
      return {
        status: "warn",
        message: `Transactions are read-only by default (set by: ${row["source"]}); Lockstep switches that off for itself.`,
        action: "Find out why: a managed server does this when its disk is full.",
      };
    }
    return ok("The server is a primary and takes writes.");
  },
};
