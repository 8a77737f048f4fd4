import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAYS, type WindowConfig } from "../config/windows-config.ts";
import { closedWindow, windowReport } from "./window-text.ts";
import { isOpen, windowState, type Calendar } from "./windows.ts";

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

const OFFICE: WindowConfig = {
  days: ["mon", "tue", "wed", "thu", "fri"],
  from: "09:00",
  to: "16:00",
  timeZone: "Europe/Vienna",
};

describe("windows", () => {
  const calendar = { windows: [OFFICE] };

  test("a window is read in its own zone, the end is not included", () => {
    // A Thursday in winter, Vienna is one hour ahead.
    expect(isOpen(calendar, at("2026-11-26T07:59:59Z"))).toBe(false);
    expect(isOpen(calendar, at("2026-11-26T08:00:00Z"))).toBe(true);
    expect(isOpen(calendar, at("2026-11-26T14:59:59Z"))).toBe(true);
    expect(isOpen(calendar, at("2026-11-26T15:00:00Z"))).toBe(false);
    // And in summer two.
    expect(isOpen(calendar, at("2026-07-02T07:00:00Z"))).toBe(true);
    expect(isOpen(calendar, at("2026-07-02T14:00:00Z"))).toBe(false);
  });

  test("says when it changes, over the weekend too", () => {
    expect(iso(windowState(calendar, at("2026-11-26T10:00:00Z")).changesAt)).toBe(
      "2026-11-26T15:00",
    );
    expect(iso(windowState(calendar, at("2026-11-27T20:00:00Z")).changesAt)).toBe(
      "2026-11-30T08:00",
    );
  });

  test("over midnight it belongs to the day on which it begins", () => {
    const night: Calendar = { windows: [{ days: ["fri"], from: "22:00", to: "04:00" }] };
    expect(isOpen(night, at("2026-11-27T21:59:00Z"))).toBe(false);
    expect(isOpen(night, at("2026-11-27T22:00:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-11-28T03:59:00Z"))).toBe(true);
    expect(isOpen(night, at("2026-11-28T04:00:00Z"))).toBe(false);
    expect(isOpen(night, at("2026-11-27T03:00:00Z"))).toBe(false);
    expect(iso(windowState(night, at("2026-11-27T23:00:00Z")).changesAt)).toBe("2026-11-28T04:00");
  });

  test("a day of 24 hours, to the end of the day or from noon to noon", () => {
    const sunday: Calendar = { windows: [{ days: ["sun"], from: "00:00", to: "24:00" }] };
    expect(isOpen(sunday, at("2026-11-29T00:00:00Z"))).toBe(true);
    expect(iso(windowState(sunday, at("2026-11-29T12:00:00Z")).changesAt)).toBe("2026-11-30T00:00");
    const noons: Calendar = { windows: [{ from: "12:00", to: "12:00" }] };
    expect(windowState(noons, at("2026-11-29T12:00:00Z"))).toEqual({ open: true });
  });

  test("in spring an hour that does not exist opens nothing", () => {
    const gap = { from: "02:00", to: "03:00", timeZone: "Europe/Vienna" };
    // On 29 March 2026 the clocks go from 02:00 to 03:00.
    expect(iso(windowState({ windows: [gap] }, at("2026-03-28T12:00:00Z")).changesAt)).toBe(
      "2026-03-30T00:00",
    );
    const half = { from: "02:30", to: "05:00", timeZone: "Europe/Vienna" };
    expect(iso(windowState({ windows: [half] }, at("2026-03-28T12:00:00Z")).changesAt)).toBe(
      "2026-03-29T01:00",
    );
  });

  test("in autumn an hour that comes twice is open twice", () => {
    const twice = { windows: [{ from: "02:00", to: "02:30", timeZone: "Europe/Vienna" }] };
    const changes: string[] = [];
    let now = at("2026-10-24T12:00:00Z");
    for (let count = 0; count < 4; count += 1) {
      now = windowState(twice, now).changesAt!;
      changes.push(iso(now)!);
    }
    expect(changes).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-25T01:00",
      "2026-10-25T01:30",
    ]);
  });
});

describe("freezes", () => {
  const freeze = { from: "2026-12-20", to: "2027-01-02", reason: "holidays" };

  test("close whatever the windows say, both days included", () => {
    const calendar: Calendar = { windows: [{ from: "00:00", to: "24:00" }], freezes: [freeze] };
    expect(isOpen(calendar, at("2026-12-19T23:59:59Z"))).toBe(true);
    expect(isOpen(calendar, at("2026-12-20T00:00:00Z"))).toBe(false);
    expect(isOpen(calendar, at("2027-01-02T23:59:59Z"))).toBe(false);
    expect(isOpen(calendar, at("2027-01-03T00:00:00Z"))).toBe(true);
  });

  test("the next opening is the first window behind it", () => {
    const calendar: Calendar = { windows: [OFFICE], freezes: [freeze] };
    // 3 January 2027 is a Sunday.
    expect(iso(windowState(calendar, at("2026-12-24T10:00:00Z")).changesAt)).toBe(
      "2027-01-04T08:00",
    );
  });

  test("of another zone counts there", () => {
    const calendar: Calendar = { freezes: [{ ...freeze, timeZone: "Pacific/Auckland" }] };
    expect(isOpen(calendar, at("2026-12-19T11:00:00Z"))).toBe(false);
    expect(isOpen(calendar, at("2027-01-02T11:00:00Z"))).toBe(true);
  });

  test("without an end in sight says so", () => {
    const calendar: Calendar = { freezes: [{ from: "2026-01-01", to: "2099-12-31" }] };
    expect(windowState(calendar, at("2026-06-01T00:00:00Z"))).not.toHaveProperty("changesAt");
    expect(closedWindow(calendar, at("2026-06-01T00:00:00Z"))?.notes).toEqual([
      "No window opens within 400 days.",
    ]);
  });
});

describe("words", () => {
  test("the refusal names window or freeze, and the next opening by the clock there", () => {
    const failure = closedWindow({ windows: [OFFICE] }, at("2026-11-27T20:00:00Z"));
    expect(failure).toMatchObject({
      class: "window.closed",
      exitCode: 75,
      what: "No migration is applied outside of the windows: mon, tue, wed, thu, fri 09:00–16:00 Europe/Vienna.",
      notes: ["The next window opens at 2026-11-30 09:00 Europe/Vienna (UTC+01:00)."],
    });
    const freezes = [{ from: "2026-12-20", to: "2027-01-02", reason: "holidays" }];
    expect(windowReport({ freezes }, at("2026-12-24T10:00:00Z"))).toEqual({
      open: false,
      message:
        "No migration is applied from 2026-12-20 to 2027-01-02 (holidays). The next window opens at 2027-01-03 00:00 UTC.",
      changesAt: "2027-01-03T00:00:00.000Z",
    });
  });

  test("nothing configured, nothing said", () => {
    expect(windowReport(undefined, 0)).toBeUndefined();
    expect(windowReport({}, 0)).toBeUndefined();
  });
});

test("a freeze of a day that has no midnight begins when the clocks are put forward", () => {
  // Santiago, 6 September 2026: after 23:59 comes 01:00.
  const freezes = [{ from: "2026-09-06", to: "2026-09-06", timeZone: "America/Santiago" }];
  const { open, changesAt } = windowState({ freezes }, at("2026-09-06T02:00:00Z"));
  expect([open, iso(changesAt)]).toEqual([true, "2026-09-06T04:00"]);
});

test("a day of 23 hours is not stepped over", () => {
  // Beirut, 29 March 2026: after 23:59 of Saturday comes 01:00 of Sunday.
  const windows = [
    { days: ["sat", "sun"], from: "00:59", to: "24:00", timeZone: "Asia/Beirut" },
  ] as const;
  const { open, changesAt } = windowState({ windows }, at("2026-03-28T21:59:00Z"));
  expect([open, iso(changesAt)]).toEqual([true, "2026-03-29T21:00"]);
});

/**
 * Against the slow truth: minute by minute, around the changes of the clocks in zones with all kinds
 * of rules: half an hour (Lord Howe), at midnight (Santiago, Beirut), none, half-hour offsets.
 */
test("the next change is the first minute at which it is not as it is now", () => {
  const zones = [
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Pacific/Auckland",
  ];
  const around = [
    "2026-03-29",
    "2026-10-25",
    "2026-03-08",
    "2026-11-01",
    "2026-04-05",
    "2026-09-06",
  ];
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30", "45", "59"))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);
  const window = fc.record({
    days: fc.subarray([...DAYS], { minLength: 1 }),
    from: time,
    to: fc.oneof(time, fc.constant("24:00")),
    timeZone: fc.constantFrom(...zones),
  });
  const freeze = fc
    .tuple(fc.constantFrom(...around), fc.integer({ min: 0, max: 2 }), fc.constantFrom(...zones))
    .map(([from, days, timeZone]) => ({
      from,
      to: new Date(at(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10),
      timeZone,
    }));
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 0, maxLength: 2 }),
      fc.array(freeze, { maxLength: 1 }),
      fc.constantFrom(...around),
      fc.integer({ min: -1440, max: 2880 }),
      (windows, freezes, date, minutes) => {
        const calendar: Calendar = { windows, freezes };
        const now = at(`${date}T00:00:00Z`) + minutes * 60_000;
        const { open, changesAt } = windowState(calendar, now);
        const end = Math.min(changesAt ?? Infinity, now + 2 * 86_400_000);
        for (let minute = now; minute < end; minute += 60_000) {
          if (isOpen(calendar, minute) !== open) return false;
        }
        return changesAt === undefined || isOpen(calendar, changesAt) !== open;
      },
    ),
    { numRuns: 150 },
  );
});
