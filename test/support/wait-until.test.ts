import { expect, test } from "vitest";

import { waitUntil } from "./wait-until.ts";

test("returns the first truthy value", async () => {
  let calls = 0;
  const value = await waitUntil(() => (calls += 1) >= 3 && "there", { everyMs: 1, what: "it" });
  expect([value, calls]).toEqual(["there", 3]);
});

test("names what it waited for, and the last error, at the deadline", async () => {
  const never = waitUntil(() => Promise.reject(new Error("not yet")), {
    deadlineMs: 20,
    everyMs: 5,
    what: "a miracle",
  });
  await expect(never).rejects.toThrow("waited 20 ms for a miracle: not yet");
});
