/** Numbers, durations, sessions and lock modes in words. */
import { blocksReads, blocksWrites, type LockMode } from "../../locks/lock-mode.ts";
import type { SessionInfo } from "../../runner/events.ts";
import { oneLine, truncate } from "./width.ts";

/** `34 ms`, `1.2 s`, `42 s`, `3 min 5 s`, `2 h 1 min`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(minutes, "min", seconds % 60, "s");
  return join(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function join(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** `1 migration`, `8 migrations`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `2026-11-22 09:23:10 UTC`; the instants that we print come from the server as ISO 8601. */
export function formatInstant(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Who waits behind a lock mode, as a person would say it. */
export function whoWaits(mode: LockMode): string {
  if (blocksReads(mode)) return "reads and writes wait";
  if (blocksWrites(mode)) return "writes wait, reads go on";
  return "reads and writes go on";
}

/** `pid 4711 (report, app_user, 10.0.0.7), active for 6.0 s: select …`. */
export function describeSession(session: SessionInfo): string {
  const who = [session.application, session.user, session.client]
    .filter((part) => part !== undefined && part !== "")
    .map((part) => oneLine(part as string));
  const backend =
    session.backendType !== undefined && session.backendType !== "client backend"
      ? ` ${oneLine(session.backendType)}`
      : "";
  const state =
    session.state === undefined
      ? ""
      : `, ${oneLine(session.state)}${session.transactionAgeMs === undefined ? "" : ` for ${formatDuration(session.transactionAgeMs)}`}`;
  const lock =
    session.mode === undefined || session.relation === undefined
      ? ""
      : `, ${session.mode} on ${oneLine(session.relation)}`;
  const query = session.query === undefined ? "" : `: ${truncate(oneLine(session.query), 60)}`;
  return `pid ${session.pid}${backend}${who.length > 0 ? ` (${who.join(", ")})` : ""}${state}${lock}${query}`;
}
