/** What is said of windows and freezes, and the refusal outside of them. */
import { Failure } from "../failures/failure.ts";
import type { WindowConfig } from "../config/windows-config.ts";
import { localTime, offsetMs } from "./local-time.ts";
import { windowState, type Calendar, type WindowState } from "./windows.ts";

/** For `status` and `plan`. */
export interface WindowReport {
  readonly open: boolean;
  /** One sentence. */
  readonly message: string;
  /** ISO 8601: when it opens, or closes. */
  readonly changesAt: string | null;
}

/** Undefined where nothing is configured. */
export function windowReport(
  calendar: Calendar | undefined,
  now: number,
): WindowReport | undefined {
  if (!calendar?.windows && !calendar?.freezes) return undefined;
  const state = windowState(calendar, now);
  const { changesAt } = state;
  return {
    open: state.open,
    message: state.open
      ? openText(calendar, state)
      : `${closedText(calendar, state)} ${next(calendar, state)}`,
    changesAt: changesAt === undefined ? null : new Date(changesAt).toISOString(),
  };
}

/** Undefined when it is open. */
export function closedWindow(calendar: Calendar, now: number): Failure | undefined {
  const state = windowState(calendar, now);
  if (state.open) return undefined;
  return new Failure({
    class: "window.closed",
    what: closedText(calendar, state),
    notes: [next(calendar, state)],
  });
}

function openText(calendar: Calendar, state: WindowState): string {
  const until = state.changesAt === undefined ? "" : ` until ${instant(calendar, state.changesAt)}`;
  return `Migrations may be applied now${until}.`;
}

function closedText(calendar: Calendar, { freeze }: WindowState): string {
  if (freeze !== undefined) {
    const reason = freeze.reason ? ` (${freeze.reason})` : "";
    return `No migration is applied from ${freeze.from} to ${freeze.to}${reason}.`;
  }
  const windows = (calendar.windows ?? []).map(windowText).join("; ");
  return `No migration is applied outside of the windows: ${windows}.`;
}

function next(calendar: Calendar, { changesAt }: WindowState): string {
  if (changesAt === undefined) return "No window opens within 400 days.";
  return `The next window opens at ${instant(calendar, changesAt)}.`;
}

/** `mon, tue 09:00–16:00 Europe/Vienna` */
function windowText({ days, from, to, timeZone = "UTC" }: WindowConfig): string {
  return `${days ? `${days.join(", ")} ` : ""}${from}–${to} ${timeZone}`;
}

/** By the clock of the first zone that is configured: `2026-11-27 09:00 Europe/Vienna (UTC+01:00)`. */
function instant(calendar: Calendar, at: number): string {
  const zone = [...(calendar.windows ?? []), ...(calendar.freezes ?? [])]
    .map(({ timeZone = "UTC" }) => timeZone)
    .at(0)!;
  const { date, time } = localTime(at, zone);
  if (zone === "UTC") return `${date} ${time} UTC`;
  return `${date} ${time} ${zone} (UTC${signed(offsetMs(at, zone))})`;
}

function signed(ms: number): string {
  const minutes = Math.abs(Math.round(ms / 60_000));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${ms < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
