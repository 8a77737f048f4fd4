/** The action `up`: applies what is pending, and says what came of it. */
import { annotate, type Failure, failureMarkdown, failureOf, objectIn } from "./failure.ts";
import { flagsOf, give, withUrl } from "./flags.ts";
import { code } from "./markdown.ts";
import { openProject } from "./project.ts";
import {
  addSummary,
  type Environment,
  input,
  runAction,
  setOutput,
  withoutCommands,
  type Write,
} from "./workflow.ts";

/** Of the events in docs/events.md, what is read here. */
interface Event {
  readonly event: string;
  readonly runId?: string;
  readonly migration?: string;
  readonly message?: string;
  readonly severity?: string;
  readonly durationMs?: number;
  readonly elapsedMs?: number;
  readonly statement?: string;
  readonly percent?: number;
  readonly applied?: readonly string[];
  readonly remaining?: number;
  readonly longestWaitMs?: number;
  readonly outcome?: string;
  readonly current?: string | null;
  readonly failure?: Failure;
}

async function main(env: Environment, write: Write): Promise<number> {
  const project = openProject(withUrl(env), write);
  if (project === undefined) return 1;
  const { lockstep, below } = project;
  const flags = flagsOf(env);
  const phase: string[] = [];
  give(phase, "--phase", input(env, "phase"));
  const events: Event[] = [];
  const hear = (line: string): void => {
    const event = objectIn(line) as Event | undefined;
    if (event === undefined) return write(`${line}\n`);
    events.push(event);
    const text = words(event);
    if (text !== undefined) write(`${text}\n`);
  };
  const ran = await withoutCommands(write, () =>
    lockstep(["up", "--json", ...phase, ...flags], {
      stdout: hear,
      stderr: (line) => write(`${line}\n`),
    }),
  );
  const end = events.findLast(({ event }) => event === "run-finished");
  const failure = failureOf(ran);
  const current = end?.current ?? "";
  const applied = end?.applied ?? [];
  setOutput(env, "applied", applied.length);
  setOutput(env, "applied-list", JSON.stringify(applied));
  // Empty: the run did not come as far as looking.
  setOutput(env, "pending", end?.remaining ?? "");
  setOutput(env, "current", current);
  setOutput(env, "failure-class", failure?.class ?? "");
  setOutput(env, "exit-code", ran.code);
  setOutput(env, "run-id", end?.runId ?? "");
  if (failure !== undefined) annotate(write, [failure], below);
  addSummary(env, summaryOf(env, { below, events, end, failure, current }));
  return ran.code === 0 ? 0 : 1;
}

/** A line of the log; undefined for what nobody waits to read. */
function words(event: Event): string | undefined {
  const { migration = "", durationMs, elapsedMs, message } = event;
  switch (event.event) {
    case "waiting-for-connection":
      return `waiting for a connection, ${elapsedMs} ms`;
    case "waiting-for-lock":
      return `another run holds the lock, waiting for ${elapsedMs} ms`;
    case "migration-started":
      return `${migration} …`;
    case "step-started":
      return `${migration}: ${event.statement}`;
    case "step-progress":
      return event.percent === undefined ? undefined : `${migration}: ${event.percent} %`;
    case "blocked":
      return `${migration} is blocked for ${elapsedMs} ms`;
    case "migration-applied":
      return `${migration} applied, ${durationMs} ms`;
    case "recovering":
      return `${migration} is picked up where another run left it`;
    case "notice":
      return `${event.severity}: ${message}`;
    case "warning":
      return `warning: ${message}`;
    case "log":
      return `${migration}: ${message}`;
    case "run-finished":
      return `${event.outcome}: ${event.applied?.length ?? 0} applied, ${event.remaining} pending`;
    default:
      return undefined;
  }
}

interface Ended {
  readonly below: string;
  readonly events: readonly Event[];
  readonly end: Event | undefined;
  readonly failure: Failure | undefined;
  readonly current: string;
}

function summaryOf(env: Environment, { below, events, end, failure, current }: Ended): string {
  const names = [below, input(env, "environment")].filter((name) => name !== "").map(code);
  const took = new Map(
    events.flatMap(({ event, migration = "", durationMs = 0 }) =>
      event === "migration-applied" ? [[migration, durationMs] as const] : [],
    ),
  );
  const { applied = [], remaining, longestWaitMs = 0 } = end ?? {};
  const at = current === "" ? "" : ` At version ${code(current)}.`;
  const lines = [
    `## Lockstep up${names.length === 0 ? "" : ` of ${names.join(", ")}`}\n`,
    end === undefined
      ? "The run did not begin.\n"
      : `**${applied.length} applied, ${remaining} pending.**${at} Others waited for at most ${longestWaitMs} ms.\n`,
    ...applied.map((id) => `- ${code(id)}, ${took.get(id) ?? 0} ms`),
    ...(applied.length === 0 ? [] : [""]),
    ...(failure === undefined ? [] : [failureMarkdown(failure)]),
  ];
  return `${lines.join("\n")}\n`;
}

runAction(main);
