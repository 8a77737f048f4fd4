import { expect, test } from "vitest";

import { readEnv, readPlaceholders, warnUnknown } from "./env.ts";

test("LOCKSTEP_URL wins over DATABASE_URL, and an empty one counts as not set", () => {
  expect(readEnv({ DATABASE_URL: "a", LOCKSTEP_URL: "b" }).url?.value).toBe("b");
  expect(readEnv({ DATABASE_URL: "a", LOCKSTEP_URL: "" }).url?.from).toBe("`DATABASE_URL`");
  expect(readEnv({ DATABASE_URL: "" }).url).toBeUndefined();
});

test("an unknown LOCKSTEP_ variable is warned about with the nearest name", () => {
  expect(warnUnknown({ LOCKSTEP_LOCK_WIAT: "5s", LOCKSTEP_LOCK_WAIT: "5s" })).toEqual([
    "The variable `LOCKSTEP_LOCK_WIAT` is not known and has no effect; did you mean `LOCKSTEP_LOCK_WAIT`.",
  ]);
});

test("variables of tests, placeholders and Kubernetes services are not warned about", () => {
  expect(
    warnUnknown({
      LOCKSTEP_TEST_KILL_AT: "x",
      LOCKSTEP_PLACEHOLDER_A: "x",
      LOCKSTEP_SERVICE_HOST: "10.0.0.1",
      LOCKSTEP_UI_SERVICE_PORT_HTTP: "80",
      LOCKSTEP_PORT: "tcp://10.0.0.1:80",
      LOCKSTEP_PORT_80_TCP_ADDR: "10.0.0.1",
      OTHER: "x",
    }),
  ).toEqual([]);
});

test("a placeholder variable gives its name as spelt and in lower case", () => {
  expect(readPlaceholders({ LOCKSTEP_PLACEHOLDER_OWNER: "ann" })).toEqual({
    OWNER: "ann",
    owner: "ann",
  });
  expect(
    readPlaceholders({ LOCKSTEP_PLACEHOLDER_owner: "exact", LOCKSTEP_PLACEHOLDER_OWNER: "upper" }),
  ).toEqual({ OWNER: "upper", owner: "exact" });
  expect(readPlaceholders({})).toBeUndefined();
});
