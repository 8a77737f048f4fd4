import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import { askReason, canAsk, confirm } from "./confirm.ts";
import type { CliContext } from "./context.ts";

function context(tty: boolean, env: Record<string, string> = {}): CliContext {
  const stream = { write: () => {}, isTTY: tty };
  return {
    process: { stdout: stream, stderr: stream, stdin: { isTTY: tty }, env },
    cwd: ".",
    signal: new AbortController().signal,
  };
}

test("nothing is asked without a terminal, in CI, or when a program reads", () => {
  expect(canAsk(context(true), {})).toBe(true);
  expect(canAsk(context(false), {})).toBe(false);
  expect(canAsk(context(true, { CI: "1" }), {})).toBe(false);
  expect(canAsk(context(true), { json: true })).toBe(false);
  expect(canAsk(context(true), { quiet: true })).toBe(false);
});

test("without a terminal a confirmation needs --yes", async () => {
  await expect(confirm(context(false), { yes: true }, "Sure?")).resolves.toBeUndefined();
  const refused = await confirm(context(false), {}, "Sure?").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Failure);
  expect((refused as Failure).exitCode).toBe(64);
  expect((refused as Failure).action).toContain("--yes");
});

test("who and why come from the flags, and who by default from the system", async () => {
  const given = await askReason(context(false), { reason: " typo ", by: "anna" });
  expect(given).toEqual({ by: "anna", why: "typo" });
  const byDefault = await askReason(context(false), { reason: "typo" });
  expect(byDefault.by).toBe(userInfo().username);
  await expect(askReason(context(false), { reason: " " })).rejects.toMatchObject({ exitCode: 64 });
});
