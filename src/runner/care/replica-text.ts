/** What is said of standbys. Pure. */
import { bytesText } from "../bytes.ts";
import type { ReplicaFacts, ReplicaLook } from "./replica.ts";
import type { Standby } from "./surroundings.ts";

/** A standby that is further behind than this has queries, a disk or a network that hold it up. */
export const LAG_MS = 1_000;
export const LAG_BYTES = 64 * 1024 * 1024;

export function isBehind({ lagMs, lagBytes }: Standby): boolean {
  return (lagMs ?? 0) >= LAG_MS || (lagBytes ?? 0) >= LAG_BYTES;
}

/** `a (3.2 s, 12 MB behind), b` */
export function standbyText(standby: Standby): string {
  const { name, lagMs, lagBytes, visible } = standby;
  if (!visible) return `\`${name}\` (its lag is hidden from this role)`;
  if (!isBehind(standby)) return `\`${name}\``;
  const parts = [
    ...(lagMs === null ? [] : [seconds(lagMs)]),
    ...(lagBytes === null ? [] : [bytesText(lagBytes)]),
  ];
  return `\`${name}\` (${parts.join(", ")} behind)`;
}

/** What speaks against a lock that is replayed there now; empty when nothing does. */
export function replicaTroubles({ facts, problem }: ReplicaLook): string[] {
  if (facts === undefined) return [`cannot be looked at: ${problem ?? "unknown"}`];
  const troubles: string[] = [];
  if (!facts.inRecovery) return ["is no standby: it is not in recovery"];
  if (facts.ofThisCluster === false) {
    troubles.push("is a standby of another server: its system identifier differs");
  }
  if ((facts.lagMs ?? 0) >= LAG_MS || (facts.waitingBytes ?? 0) >= LAG_BYTES) {
    troubles.push(`is ${behind(facts)} behind in its replay`);
  }
  if (facts.oldQueries > 0) {
    const queries = facts.oldQueries === 1 ? "1 transaction" : `${facts.oldQueries} transactions`;
    troubles.push(
      `runs ${queries} for longer than max_standby_streaming_delay (${delayText(facts)}), which a replayed lock may cancel at once`,
    );
  }
  return troubles;
}

export function behind({ lagMs, waitingBytes }: ReplicaFacts): string {
  const parts = [
    ...(lagMs === null ? [] : [seconds(lagMs)]),
    ...(waitingBytes === null ? [] : [bytesText(waitingBytes)]),
  ];
  return parts.length === 0 ? "an unknown time" : parts.join(" and ");
}

/** What the server says of -1, in words. */
export function delayText({ delayMs }: Pick<ReplicaFacts, "delayMs">): string {
  return delayMs < 0 ? "no limit" : seconds(delayMs);
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
}
