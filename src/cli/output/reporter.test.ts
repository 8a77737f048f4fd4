import { expect, test } from "vitest";
import type { OutputMode } from "./choose.ts";
import { PLAIN_PAINT } from "./paint.ts";
import { createReporter } from "./reporter.ts";
import { BLOCKED, RUN, STARTED } from "./run-events.fixture.ts";

function capture(mode: OutputMode) {
  const writes: string[] = [];
  const stream = { write: (text: string) => writes.push(text), columns: 80 };
  return { writes, reporter: createReporter(stream, mode, PLAIN_PAINT) };
}

test("with --json each line is one event, as it was given", () => {
  const { writes, reporter } = capture("json");
  RUN.forEach(reporter.onEvent);
  const lines = writes.join("").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(RUN);
});

test("with --json a result is one document without events before it", () => {
  const { writes, reporter } = capture("json");
  reporter.onLookEvent(STARTED);
  reporter.say("words for people");
  reporter.result({ applied: [] }, () => ["words"]);
  expect(JSON.parse(writes.join(""))).toEqual({ applied: [] });
});

test("quiet prints nothing", () => {
  const { writes, reporter } = capture("quiet");
  RUN.forEach(reporter.onEvent);
  reporter.say("words");
  reporter.result({}, () => ["words"]);
  reporter.close();
  expect(writes).toEqual([]);
});

test("on a terminal the live lines are erased before anything else is written", () => {
  const { writes, reporter } = capture("terminal");
  const upToBlocked = RUN.slice(0, RUN.indexOf(BLOCKED) + 1);
  upToBlocked.forEach(reporter.onEvent);
  const drawn = (writes.at(-1) ?? "").split("\n").length - 1;
  reporter.say("words");
  expect(writes.slice(-2)).toEqual([`\u001b[${drawn}A\r\u001b[0J`, "words\n"]);
});

test("a line in between stays above the live lines, and only on a terminal", () => {
  const { writes, reporter } = capture("terminal");
  RUN.slice(0, 4).forEach(reporter.onEvent);
  reporter.interject("Stopping.");
  const [first, second] = (writes.at(-1) ?? "").split("\n");
  expect(first).toBe("\u001b[1A\r\u001b[0JStopping.");
  expect(second).toContain("1_add_users");
  reporter.close();

  const plain = capture("plain");
  plain.reporter.interject("Stopping.");
  expect(plain.writes).toEqual([]);
});

test("a terminal without a size is taken to have 80 columns", () => {
  const writes: string[] = [];
  const stream = { write: (text: string) => writes.push(text), columns: 0 };
  const reporter = createReporter(stream, "terminal", PLAIN_PAINT);
  RUN.slice(0, 4).forEach(reporter.onEvent);
  reporter.close();
  expect(writes.join("")).toContain("1_add_users");
});

test("a failure inside the last event is remembered", () => {
  const { reporter } = capture("json");
  expect(reporter.failureSaid).toBe(false);
  const last = RUN.at(-1);
  reporter.onEvent({ ...last, failure: { class: "permission" } } as never);
  expect(reporter.failureSaid).toBe(true);
});
