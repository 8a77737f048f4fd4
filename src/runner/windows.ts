/**
 * Whether migrations may be applied at an instant, and when that changes next. Pure.
 *
 * W1. A window is read from the clock on the wall: at an instant it is open when the local day and
 *     time of its zone are inside. An hour that is skipped in spring opens nothing, and one that comes
 *     twice in autumn counts twice.
 * W2. A window over midnight belongs to the day on which it begins.
 * W3. A freeze closes whatever the windows say. Without windows everything else is open.
 */
import type { CareSettings } from "../config/care-config.ts";
import { DAYS, type FreezeConfig, type WindowConfig } from "../config/windows-config.ts";
import { dayAfter, instantsOf, localTime, offsetChanges, type LocalTime } from "./local-time.ts";

export type Calendar = Pick<CareSettings, "windows" | "freezes">;

export interface WindowState {
  readonly open: boolean;
  /** The freeze that closes, if it is one. */
  readonly freeze?: FreezeConfig;
  /** Milliseconds since 1970; missing when nothing changes within 400 days. */
  readonly changesAt?: number;
}

const UTC = "UTC";
const DAY_MS = 86_400_000;
/** Longer than any year, so that a window of one day in the week is found behind any freeze of one. */
const HORIZON_DAYS = 400;
/** The same day begins in the first zone of the world this long before it does in the last. */
const ZONES_APART_DAYS = 2;

export function windowState(calendar: Calendar, now: number): WindowState {
  const freeze = freezeAt(calendar, now);
  const open = isOpen(calendar, now);
  const changesAt = nextChange(calendar, now, open);
  return { open, ...(freeze && { freeze }), ...(changesAt !== undefined && { changesAt }) };
}

export function isOpen(calendar: Calendar, at: number): boolean {
  if (freezeAt(calendar, at)) return false;
  const { windows = [] } = calendar;
  return windows.length === 0 || windows.some((window) => inWindow(window, at));
}

function freezeAt({ freezes = [] }: Calendar, at: number): FreezeConfig | undefined {
  return freezes.find(({ from, to, timeZone = UTC }) => {
    const { date } = localTime(at, timeZone);
    return from <= date && date <= to;
  });
}

function inWindow({ days = DAYS, from, to, timeZone = UTC }: WindowConfig, at: number): boolean {
  const { date, time } = localTime(at, timeZone);
  const begins = (day: string): boolean => days.includes(DAYS[weekday(day)]!);
  if (from < to) return begins(date) && from <= time && time < to;
  return (begins(date) && from <= time) || (begins(dayAfter(date, -1)) && time < to);
}

/** 0 for Monday. */
function weekday(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** The first instant after `now` at which it is not as it is now. */
function nextChange(calendar: Calendar, now: number, open: boolean): number | undefined {
  const differs = (at: number): boolean => at > now && isOpen(calendar, at) !== open;
  let last = HORIZON_DAYS;
  let found: number | undefined;
  // By half days: one of 23 hours would be stepped over.
  for (let day = -1; day <= last; day += 0.5) {
    for (const at of edges(calendar, now + day * DAY_MS)) {
      if (!differs(at) || (found !== undefined && at >= found)) continue;
      found = at;
      last = Math.min(last, day + ZONES_APART_DAYS);
    }
  }
  return found;
}

/** Every instant at which something may change, on the local day of `near`. */
function edges({ windows = [], freezes = [] }: Calendar, near: number): number[] {
  const zones = new Set<string>();
  const times = [
    ...windows.flatMap(({ from, to, timeZone = UTC }) => {
      zones.add(timeZone);
      const { date } = localTime(near, timeZone);
      return [at(date, from, timeZone), at(date, to, timeZone)];
    }),
    ...freezes.flatMap(({ timeZone = UTC }) => {
      zones.add(timeZone);
      return [at(localTime(near, timeZone).date, "00:00", timeZone)];
    }),
  ];
  return [
    ...times.flatMap(([local, zone]) => instantsOf(local, zone)),
    // W1: what the clock jumps over or comes back to.
    ...[...zones].flatMap((zone) => offsetChanges(near - DAY_MS, near + DAY_MS, zone)),
  ];
}

function at(date: string, time: string, zone: string): readonly [LocalTime, string] {
  return [time === "24:00" ? { date: dayAfter(date, 1), time: "00:00" } : { date, time }, zone];
}
