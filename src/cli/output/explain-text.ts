/** `explain` for people: first what happened, then what it means and what to do. */
import { stateOf, URGENCY, type RunbookEntry } from "../../runbook/entry.ts";
import type { ExplainedRun, Subject } from "../../runbook/explain.ts";
import type { Paint } from "./paint.ts";
import { renderFailure } from "./failure-text.ts";
import { outcomeOf } from "./runs-text.ts";
import { oneLine, printable } from "./width.ts";
import { count, formatDuration, formatInstant } from "./words.ts";

const WIDTH = 90;
const LABEL = 15;

export function renderSubject(subject: Exclude<Subject, { kind: "run" }>, paint: Paint): string[] {
  const { entries } = subject;
  if (subject.kind === "exit") {
    const { code, name, meaning } = subject.exit;
    const head = [paint.bold(`Exit code ${code} (${name})`), ...wrapped(meaning, 0)];
    if (entries.length === 0) return head;
    return [
      ...head,
      "",
      "The failure classes that end with it:",
      ...entries.map(({ id, title }) => `  ${id.padEnd(28)} ${title}`),
      "",
      paint.dim("`lockstep explain <class>` says more of each."),
    ];
  }
  const head =
    subject.kind === "sqlstate" && entries.length > 1
      ? [`SQLSTATE ${subject.code} belongs to ${count(entries.length, "class", "classes")}.`, ""]
      : [];
  return [
    ...head,
    ...entries.flatMap((entry, index) => [
      ...(index > 0 ? [""] : []),
      ...renderEntry(entry, paint),
    ]),
  ];
}

export function renderEntry(entry: RunbookEntry, paint: Paint): string[] {
  const { id, title, exitCode, severity, concerns } = entry;
  return [
    `${paint.bold(title)} ${paint.dim(`(${id}, exit ${exitCode}, ${severity})`)}`,
    "",
    ...labelled("How urgent", URGENCY[concerns], paint),
    ...labelled("Detected by", entry.detection, paint),
    ...labelled("Lockstep", entry.automatic, paint),
    ...labelled("State", stateOf(entry), paint),
    ...labelled("What to do", entry.action, paint),
    ...looks(entry, paint),
  ];
}

function looks({ firstLooks }: RunbookEntry, paint: Paint): string[] {
  return firstLooks.flatMap(({ shows, run }) => [
    "",
    paint.dim(`  Look at ${shows}:`),
    ...run.split("\n").map((line) => `    ${line}`),
  ]);
}

export function renderExplainedRun(explained: ExplainedRun, paint: Paint): string[] {
  const { run, entry, failure, overSince, unfinished } = explained;
  const took = run.killed ? "" : ` after ${formatDuration(run.durationMs)}`;
  const commit = run.commit === null ? "" : `, commit ${run.commit.slice(0, 12)}`;
  return [
    `${paint.bold(`Run ${run.id}`)}: ${outcomeOf(run, paint)}${took}`,
    `${run.command}, began ${formatInstant(run.startedAt)}, by ${oneLine(run.by)} on ${oneLine(run.host)} (process ${run.pid})${commit}`,
    run.applied.length === 0
      ? "It applied nothing."
      : `It applied ${count(run.applied.length, "migration")}: ${run.applied.slice(-5).join(", ")}${run.applied.length > 5 ? " (the last five)" : ""}.`,
    ...(run.longestWaitMs === null
      ? []
      : [`Longest wait that it caused: ${formatDuration(run.longestWaitMs)}.`]),
    ...(run.killed
      ? [
          "It was killed, or lost its server: nobody holds its lock. The next run picks up where it was.",
        ]
      : []),
    ...whatWasSaid(explained, paint),
    ...(unfinished.length === 0
      ? []
      : [
          "",
          paint.yellow("Half done now; the next run goes on with it by itself:"),
          ...unfinished.map(
            ({ migration, ordinal, kind, state }) =>
              `  ${migration}, statement ${ordinal} (${kind}): ${state === "done" ? "done" : "begun"}`,
          ),
        ]),
    ...(overSince === null || run.outcome === "applied"
      ? []
      : ["", paint.green(`It is over: a later run ended well at ${formatInstant(overSince)}.`)]),
    ...(entry === null
      ? []
      : ["", paint.dim("─".repeat(WIDTH / 2)), "", ...renderEntry(entry, paint)]),
    ...(failure === null && entry === null && run.outcome === "applied"
      ? ["", "Nothing is left to do."]
      : []),
  ];
}

/** As it was printed when it failed; an older history has the sentence only. */
function whatWasSaid({ failure, run }: ExplainedRun, paint: Paint): string[] {
  if (failure !== null) return ["", ...renderFailure(failure, paint)];
  return run.message === null ? [] : ["", printable(run.message)];
}

function labelled(label: string, text: string, paint: Paint): string[] {
  const [first = "", ...rest] = wrapped(text, LABEL);
  return [
    `  ${paint.cyan(`${label}:`.padEnd(LABEL - 2))}${first}`,
    ...rest.map((line) => " ".repeat(LABEL) + line),
  ];
}

function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
