/** Prepared transactions keep their locks and their snapshot without any session, even over a restart. */
import { quoteLiteral } from "../../postgres/identifiers.ts";
import { ok, type Check } from "./check.ts";
import { age, count, listed, statements } from "./wording.ts";

// Those of other databases are left out: they hold no lock here and end only from there.
const PREPARED = `
  select x.gid, x.owner,
         (extract(epoch from pg_catalog.clock_timestamp() - x.prepared) * 1000)::pg_catalog.int8 as ms
  from pg_catalog.pg_prepared_xacts x
  where x.database = pg_catalog.current_database()
  order by x.prepared`;

export const preparedTransactions: Check = {
  id: "prepared-transactions",
  title: "Prepared transactions",
  async look({ session, limits }) {
    const rows = await session.query(PREPARED);
    if (rows.length === 0) return ok("No prepared transaction holds locks.");
    const names = rows.map(
      (row) => `\`${row["gid"]}\` (${row["owner"]}, ${age(Number(row["ms"]))} old)`,
    );
    const old = rows.some((row) => Number(row["ms"]) > limits.longTransactionMs);
    const message = `${count(rows.length, "prepared transaction")}: ${listed(names)}; each keeps its locks until it is ended by name.`;
    const end = rows.map((row) => `rollback prepared ${quoteLiteral(row["gid"] ?? "")}`);
    return {
      status: old ? "warn" : "info",
      message,
      action: `If its transaction manager has forgotten it, end it: ${statements(end)}`,
    };
  },
};
