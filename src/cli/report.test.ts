import { expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import { reportError } from "./report.ts";

function report(error: unknown, env: Record<string, string> = {}) {
  const err: string[] = [];
  const stream = { write: (text: string) => void err.push(text) };
  const code = reportError(error, { stdout: stream, stderr: stream, stdin: {}, env });
  return { code, text: err.join("") };
}

test("a failure ends with the exit code of its class", () => {
  const { code, text } = report(new Failure({ class: "runner.lock_busy", what: "Busy." }));
  expect(code).toBe(75);
  expect(text).toContain("Busy.");
  expect(text).not.toContain("report.test.ts");
});

test("anything else is a bug, with its stack under LOCKSTEP_DEBUG=1 only", () => {
  const error = new TypeError("x is undefined");
  expect(report(error)).toMatchObject({ code: 70 });
  expect(report(error).text).toContain("This is a bug in Lockstep.");
  expect(report(error).text).not.toContain("report.test.ts");
  expect(report(error, { LOCKSTEP_DEBUG: "1" }).text).toContain("report.test.ts");
  expect(report("a string")).toMatchObject({ code: 70 });
});
