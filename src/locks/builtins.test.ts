import { describe, expect, it } from "vitest";
import { functionVolatility, isBinaryCoercible, type Volatility } from "./builtins.ts";

describe("functionVolatility", () => {
  const cases: [name: string, major: number, volatility: Volatility | undefined][] = [
    ["now", 14, "stable"],
    ["clock_timestamp", 18, "volatile"],
    ["gen_random_uuid", 14, "volatile"],
    ["nextval", 16, "volatile"],
    ["lower", 18, "immutable"],
    // Immutable for timestamp, stable for timestamptz.
    ["date_trunc", 18, "stable"],
    ["uuidv7", 17, undefined],
    ["uuidv7", 18, "volatile"],
    ["uuidv7", 99, "volatile"],
    ["uuid_generate_v4", 18, undefined],
    ["constructor", 18, undefined],
  ];
  it.each(cases)("%s on %i: %s", (name, major, volatility) => {
    expect(functionVolatility(name, major)).toBe(volatility);
  });
});

describe("isBinaryCoercible", () => {
  const cases: [from: string, to: string, coercible: boolean][] = [
    ["varchar", "text", true],
    ["text", "varchar", true],
    ["cidr", "inet", true],
    ["inet", "cidr", false],
    ["int4", "int8", false],
    ["int4", "int4", true],
    ["bpchar", "text", false],
    ["xml", "text", true],
  ];
  it.each(cases)("%s to %s: %s", (from, to, coercible) => {
    expect(isBinaryCoercible(from, to)).toBe(coercible);
  });
});
