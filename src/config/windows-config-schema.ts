/** Checks `windows` and `freezes` of the configuration. */
import * as v from "valibot";
import { DAYS } from "./windows-config.ts";

const timeOfDay = v.pipe(
  v.string("must be a time like `09:00`"),
  v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "must be a time like `09:00`, up to `23:59`"),
);
const endOfDay = v.pipe(
  v.string("must be a time like `16:00`"),
  v.regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, "must be a time like `16:00`, up to `24:00`"),
);
const date = v.pipe(
  v.string("must be a date like `2026-12-20`"),
  v.check(isDate, "must be a date like `2026-12-20`"),
);
const timeZone = v.optional(
  v.pipe(
    v.string("must be the name of a time zone"),
    v.check(isTimeZone, "must be the name of a time zone, like `Europe/Vienna` or `UTC`"),
  ),
);

export const WINDOWS_CONFIG = v.array(
  v.strictObject({
    days: v.optional(
      v.pipe(
        v.array(v.picklist(DAYS, "must be one of `mon` to `sun`")),
        v.minLength(1, "must name a day, or be left out for every day"),
      ),
    ),
    from: timeOfDay,
    to: endOfDay,
    timeZone,
  }),
  "must be a list of windows",
);

export const FREEZES_CONFIG = v.array(
  v.pipe(
    v.strictObject({
      from: date,
      to: date,
      reason: v.optional(v.string("must be a string")),
      timeZone,
    }),
    v.check(({ from, to }) => from <= to, "must not end before it begins"),
  ),
  "must be a list of freezes",
);

export const WINDOWS_KEYS: Readonly<Record<string, readonly string[]>> = {
  windows: ["days", "from", "to", "timeZone"],
  freezes: ["from", "to", "reason", "timeZone"],
};

/** Also the 30th of February is none. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
