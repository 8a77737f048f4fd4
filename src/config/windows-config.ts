/** When migrations may be applied: windows that open, and freezes that close everything. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** A part of the day, by the clock on the wall of its time zone. */
export interface WindowConfig {
  /** The days on which it begins; default: every day. */
  readonly days?: readonly Day[] | undefined;
  /** `09:00`. */
  readonly from: string;
  /** `16:00`, not included. Not later than `from`: on the next day. */
  readonly to: string;
  /** An IANA name such as `Europe/Vienna`; default `UTC`. */
  readonly timeZone?: string | undefined;
}

export interface FreezeConfig {
  /** The first day, `2026-12-20`. */
  readonly from: string;
  /** The last day, which belongs to it. */
  readonly to: string;
  readonly reason?: string | undefined;
  /** Default `UTC`. */
  readonly timeZone?: string | undefined;
}
