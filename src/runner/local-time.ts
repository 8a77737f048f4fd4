/** Clocks on the wall of a time zone, by what Node knows of the world's zones. Pure. */

export interface LocalTime {
  /** `2026-12-20` */
  readonly date: string;
  /** `09:05` */
  readonly time: string;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

export function localTime(at: number, timeZone: string): LocalTime {
  // The offset has whole seconds at least, so what is left of the minute stays in the minute.
  const text = new Date(at + offsetMs(at, timeZone)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** How far the zone is ahead of UTC at this instant. */
export function offsetMs(at: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(at / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    FORMATS.set(timeZone, format);
  }
  return format;
}

/** When it is that time there: once as a rule, twice where clocks go back, never where they skip it. */
export function instantsOf(local: LocalTime, timeZone: string): number[] {
  const asUtc = Date.parse(`${local.date}T${local.time}:00Z`);
  const day = 86_400_000;
  const offsets = new Set([
    offsetMs(asUtc - day, timeZone),
    offsetMs(asUtc, timeZone),
    offsetMs(asUtc + day, timeZone),
  ]);
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((at) => at + offsetMs(at, timeZone) === asUtc);
}

/** The instants between the two at which the clocks of the zone are put forward or back. */
export function offsetChanges(from: number, to: number, timeZone: string): number[] {
  const before = offsetMs(from, timeZone);
  if (before === offsetMs(to, timeZone)) return [];
  // Zones change no more than once in a few days.
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return [high];
}

/** The date so many days later, by the calendar. */
export function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
