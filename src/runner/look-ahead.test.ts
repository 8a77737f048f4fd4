/** What a look ahead does when nobody waits for it. */
import { expect, test } from "vitest";
import { LookAhead } from "./look-ahead.ts";
import type { Observer } from "./observer.ts";
import type { Prepared } from "./prepare.ts";
import type { RunContext } from "./run-context.ts";

test("a look that fails after the run has ended is nobody's failure", async () => {
  const seen: unknown[] = [];
  const note = (error: unknown): void => void seen.push(error);
  process.on("unhandledRejection", note);
  const closed = () => Promise.reject(new Error("Client was closed and is not queryable"));
  const observer = { look: closed, blockers: closed } as unknown as Observer;
  const looks = new LookAhead({ settings: { capMs: 80 } } as RunContext, observer);
  const next = { wanted: [{ regclass: "a", mode: "SHARE" }], directives: {} };
  const look = looks.forNext([next as unknown as Prepared]);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(seen).toEqual([]);
  // Whoever asks for it is told.
  await expect(look).rejects.toThrow("not queryable");
});
