/** Who holds the run lock now. */
import { lockHolder } from "../../postgres/advisory-lock.ts";
import { ok, type Check } from "./check.ts";
import { age } from "./wording.ts";

export const runnerLock: Check = {
  id: "runner-lock",
  title: "Run lock",
  async look({ session, run }) {
    const [row] = await session.query(lockHolder(run.lock));
    if (row === undefined) return ok("No other runner is at work.");
    const who = [
      row["usename"] ?? "another role",
      ...(row["application_name"] ? [`\`${row["application_name"]}\``] : []),
      ...(row["client_addr"] ? [`from ${row["client_addr"]}`] : []),
      ...(row["xact_ms"] ? [`in a transaction for ${age(Number(row["xact_ms"]))}`] : []),
    ].join(", ");
    return {
      status: "info",
      message: `Another runner holds the lock: pid ${row["pid"]} (${who}).`,
      action: `Wait for it; if it is dead for sure, end it: \`select pg_terminate_backend(${row["pid"]})\`.`,
    };
  },
};
