/**
 * With synchronous_standby_names set and no such standby connected, every COMMIT waits for ever.
 * The commit is local by then, so neither a timeout nor a second try helps.
 */
import { ok, type Check } from "./check.ts";

// An ordinary role sees a row per standby, but not its sync_state.
const STANDBYS = `
  select pg_catalog.current_setting('synchronous_standby_names') as names,
         pg_catalog.current_setting('synchronous_commit') as commit,
         pg_catalog.count(*) filter (where r.sync_state in ('sync', 'quorum')) as connected,
         pg_catalog.count(*) filter (where r.pid is not null and r.sync_state is null) as hidden
  from (values (1)) one(x)
  left join pg_catalog.pg_stat_replication r on true`;

export const synchronousStandby: Check = {
  id: "synchronous-standby",
  title: "Synchronous standby",
  async look({ session }) {
    const [row] = await session.query(STANDBYS);
    const names = row?.["names"] ?? "";
    const waits = !["off", "local"].includes(row?.["commit"] ?? "");
    if (names === "" || !waits) return ok("Commits wait for no standby.");
    if (Number(row?.["connected"]) > 0) return ok("A synchronous standby is connected.");
    if (Number(row?.["hidden"]) > 0) {
      return {
        status: "info",
        message:
          "Commits wait for a synchronous standby; a standby is connected, and only a role with pg_read_all_stats sees whether it is that one.",
      };
    }
    return {
      status: "fail",
      message: `\`synchronous_standby_names\` is \`${names}\` and no such standby is connected: every commit hangs.`,
      action:
        "Bring the standby back, or empty the setting (`alter system set synchronous_standby_names = ''`) and reload.",
    };
  },
};
