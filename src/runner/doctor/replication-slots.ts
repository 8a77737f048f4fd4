/** A slot without a consumer keeps WAL until the disk is full; large migrations write a lot of it. */
import { quoteLiteral } from "../../postgres/identifiers.ts";
import { ok, type Check } from "./check.ts";
import { be, count, listed, statements } from "./wording.ts";

// pg_current_wal_lsn() is an error on a standby.
const INACTIVE = (inRecovery: boolean): string => `
  select s.slot_name, s.wal_status,
         pg_catalog.pg_size_pretty(pg_catalog.pg_wal_lsn_diff(
           ${inRecovery ? "pg_catalog.pg_last_wal_replay_lsn()" : "pg_catalog.pg_current_wal_lsn()"},
           s.restart_lsn)) as kept
  from pg_catalog.pg_replication_slots s
  where not s.active and not s.temporary
  order by s.slot_name`;

export const replicationSlots: Check = {
  id: "replication-slots",
  title: "Replication slots",
  async look({ session, facts }) {
    const rows = await session.query(INACTIVE(facts.inRecovery));
    if (rows.length === 0) return ok("Every replication slot is in use.");
    const names = rows.map((row) => {
      const kept = row["kept"] == null ? "" : `, keeps ${row["kept"]}`;
      return `\`${row["slot_name"]}\` (wal_status ${row["wal_status"] ?? "none"}${kept})`;
    });
    const drop = rows.map(
      (row) => `select pg_drop_replication_slot(${quoteLiteral(row["slot_name"] ?? "")})`,
    );
    return {
      status: "warn",
      message: `${count(rows.length, "replication slot")} ${be(rows.length)} inactive: ${listed(names)}.`,
      action: `Start the consumer again, or drop what is abandoned: ${statements(drop)}`,
    };
  },
};
