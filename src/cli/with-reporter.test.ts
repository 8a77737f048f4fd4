import { expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import type { CliContext } from "./context.ts";
import { withReporter } from "./with-reporter.ts";

function situation() {
  const out: string[] = [];
  const controller = new AbortController();
  const stream = { write: (text: string) => void out.push(text) };
  const context: CliContext = {
    process: { stdout: stream, stderr: stream, stdin: {}, env: {} },
    cwd: ".",
    signal: controller.signal,
  };
  return { out, controller, context };
}

test("whatever is thrown after a signal, the command ends as stopped by it", async () => {
  const { context, controller } = situation();
  const ended = withReporter(context, {}, async () => {
    controller.abort("SIGTERM");
    throw new DOMException("aborted", "AbortError");
  });
  await expect(ended).rejects.toMatchObject({ class: "terminated", exitCode: 143 });
});

test("the runner's own words for being stopped are kept", async () => {
  const { context, controller } = situation();
  const failure = new Failure({ class: "terminated", what: "Stopped after 2 of 3." });
  const ended = withReporter(context, {}, async () => {
    controller.abort("SIGTERM");
    throw failure;
  });
  await expect(ended).rejects.toBe(failure);
});

test("with --json a failure is said once: by the run's last event, or else here", async () => {
  const failure = new Failure({ class: "permission", what: "No." });
  const outside = situation();
  await withReporter(outside.context, { json: true }, async () => {
    throw failure;
  }).catch(() => {});
  expect(outside.out.map((line) => JSON.parse(line))).toEqual([
    { event: "failure", failure: JSON.parse(JSON.stringify(failure)) },
  ]);

  const inside = situation();
  await withReporter(inside.context, { json: true }, async (reporter) => {
    reporter.onEvent({ event: "run-finished", failure: failure.toJSON() } as never);
    throw failure;
  }).catch(() => {});
  expect(inside.out).toHaveLength(1);
});
