/** Lock facts are measured on 14 to 18; other versions are a guess. */
import { versionName } from "../../postgres/server-facts.ts";
import { ok, type Check } from "./check.ts";

const OLDEST = 14;
const NEWEST = 18;

export const serverVersion: Check = {
  id: "server-version",
  title: "Server version",
  async look({ facts }) {
    const major = Math.floor(facts.version / 10_000);
    const name = versionName(facts.version);
    if (major < OLDEST) {
      return {
        status: "fail",
        message: `PostgreSQL ${name} is older than Lockstep supports.`,
        action: `Upgrade the server to ${OLDEST} or newer.`,
      };
    }
    if (major > NEWEST) {
      return {
        status: "warn",
        message: `PostgreSQL ${name} is newer than this Lockstep was measured on.`,
        action: `Look for a newer Lockstep; this one knows the locks of ${OLDEST} to ${NEWEST}.`,
      };
    }
    return ok(`PostgreSQL ${name} is supported.`);
  },
};
