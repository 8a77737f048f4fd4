/** The standbys that the operator named with `--replica-url` or `replicas`, looked at from their side. */
import { readIdentity } from "../../postgres/server-facts.ts";
import { lookAtReplicas, type ReplicaLook } from "../care/replica.ts";
import { behind, delayText, replicaTroubles } from "../care/replica-text.ts";
import { ok, type Check } from "./check.ts";
import { count } from "./wording.ts";

export const replicas: Check = {
  id: "replicas",
  title: "Replicas",
  async look({ session, run, limits }) {
    const urls = run.settings.care?.replicas ?? [];
    if (urls.length === 0) return ok("None is named; `--replica-url` looks at one from its side.");
    const { systemIdentifier } = await readIdentity(session);
    const looks = await lookAtReplicas(urls, systemIdentifier, limits.sideConnectionMs);
    const troubles = looks.map((look) => ({ look, found: replicaTroubles(look) }));
    const message = troubles
      .map(({ look, found }) =>
        found.length > 0
          ? `${look.display} ${found.join(", and ")}`
          : `${look.display}: ${said(look)}`,
      )
      .join("; ");
    if (troubles.every(({ found }) => found.length === 0)) return ok(`${message}.`);
    return {
      status: "warn",
      message: `${message}.`,
      action:
        "Let it catch up, or end what holds it up, before a migration takes ACCESS EXCLUSIVE; give the address of a standby of this server.",
    };
  },
};

function said({ facts }: ReplicaLook): string {
  if (facts === undefined) return "unknown";
  return [
    `a standby${facts.ofThisCluster === null ? " (of which server is hidden)" : ""}`,
    facts.lagMs === 0 ? "nothing left to replay" : `${behind(facts)} behind`,
    `replay waits for queries ${facts.delayMs < 0 ? "for ever" : `for ${delayText(facts)}`}`,
    `hot_standby_feedback ${facts.feedback ? "on" : "off"}`,
    `${count(facts.lockConflicts, "query", "queries")} cancelled for a lock so far`,
    ...(facts.hiddenQueries > 0
      ? [`${count(facts.hiddenQueries, "session")} of other roles not visible`]
      : []),
  ].join(", ");
}
