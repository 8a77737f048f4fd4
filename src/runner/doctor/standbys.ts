/**
 * Standbys of this server and how far they are behind: an ACCESS EXCLUSIVE lock is replayed on each of
 * them, waits there for queries and then cancels them.
 */
import { isBehind, standbyText } from "../care/replica-text.ts";
import { readServer } from "../care/surroundings.ts";
import { ok, type Check } from "./check.ts";
import { count, listed } from "./wording.ts";

export const standbys: Check = {
  id: "standbys",
  title: "Standbys",
  async look({ session }) {
    const { standbys: found } = await readServer(session);
    if (found.length === 0) return ok("No standby is connected.");
    const named = listed(found.map(standbyText));
    const connected = `${count(found.length, "standby", "standbys")} connected: ${named}`;
    if (found.some(isBehind)) {
      return {
        status: "warn",
        message: `${connected}. A lock that is replayed there comes late, and stops its queries for longer.`,
        action:
          "Find out what holds the replay up: a long query there (`pg_stat_activity` on the standby), its disk, or the network. `--replica-url` looks at it.",
      };
    }
    if (found.some(({ visible }) => !visible)) {
      return {
        status: "info",
        message: `${connected}.`,
        action: "Grant pg_read_all_stats to the role to see how far they are behind.",
      };
    }
    return ok(`${connected}.`);
  },
};
