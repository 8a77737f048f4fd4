import fc from "fast-check";
import { expect, test } from "vitest";
import {
  MOST_BYTES,
  renderTerminationMessage,
  type TerminationMessage,
} from "./termination-message.ts";

const MESSAGE: TerminationMessage = {
  outcome: "failed",
  exitCode: 79,
  failureClass: "data.unique",
  what: "A row is there twice.",
  state: "Rolled back.",
  action: "Remove one of them.",
  migration: "2_orders",
  at: "migrations/2_orders.sql:3",
  applied: { count: 1, last: "1_users" },
  remaining: 1,
  durationMs: 120,
  longestWaitMs: 0,
  runId: "3f0c1a52-0000-4000-8000-000000000000",
  target: "db.example.com:5432/shop as migrator",
};

test("a message that fits is written as it is", () => {
  expect(JSON.parse(renderTerminationMessage(MESSAGE))).toEqual(MESSAGE);
});

test("what is least needed is left out first, and the longest text is shortened", () => {
  const blockers = Array.from({ length: 5 }, (_, pid) => ({ pid, application: "a".repeat(900) }));
  const without = JSON.parse(renderTerminationMessage({ ...MESSAGE, blockers })) as object;
  expect(without).toEqual(MESSAGE);

  const long = renderTerminationMessage({ ...MESSAGE, what: "é😀".repeat(5000) });
  const { what, ...rest } = JSON.parse(long) as TerminationMessage;
  expect(what).toMatch(/^(?:é😀)+é?…$/u);
  expect(what!.length).toBeGreaterThan(1000);
  expect(rest).toMatchObject({ exitCode: 79, state: "Rolled back.", at: MESSAGE.at });
});

test("whatever the texts are, the message parses, fits and keeps its exit code", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 9000, size: "max" }),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(text, text, text, text, text, (what, state, action, migration, target) => {
      const written = renderTerminationMessage({
        ...MESSAGE,
        what,
        state,
        action,
        migration,
        target,
      });
      expect(Buffer.byteLength(written)).toBeLessThanOrEqual(MOST_BYTES);
      expect(JSON.parse(written)).toMatchObject({ exitCode: 79, failureClass: "data.unique" });
    }),
    { numRuns: 200 },
  );
});
