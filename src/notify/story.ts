/**
 * Folds the events of a run into the one message of its end. Pure: events come in, and nothing is
 * looked up.
 */
import { EXIT_CODES, type ExitCode } from "../failures/exit-codes.ts";
import type { FailureJson } from "../failures/failure.ts";
import { redact } from "../failures/redact.ts";
import { failureClass } from "../failures/taxonomy.ts";
import type { PreviousRun, RunEvent } from "../runner/events.ts";
import type { RunPlace } from "../runner/run-sink.ts";
import { severityOf, type Message, type MessageFailure, type MessageLink } from "./message.ts";
import { count, cut, linkOf, oneLine } from "./text.ts";

type Finished = Extract<RunEvent, { event: "run-finished" }>;

export interface Story {
  readonly runId?: string;
  readonly beganAt?: string;
  readonly lastAt?: string;
  readonly command: string;
  readonly database?: string;
  readonly toolVersion?: string;
  /** It has its row in the history. */
  readonly recorded: boolean;
  readonly previous?: PreviousRun;
  /** The statement that runs by itself at this moment. */
  readonly step?: { readonly migration: string; readonly statement: string } | undefined;
  readonly finished?: Finished;
}

export const NOTHING_YET: Story = { command: "up", recorded: false };

export function tell(story: Story, event: RunEvent): Story {
  const next: Story = {
    ...story,
    runId: event.runId,
    beganAt: story.beganAt ?? event.at,
    lastAt: event.at,
  };
  switch (event.event) {
    case "run-started": {
      const { command, database, toolVersion } = event;
      return { ...next, command, database, toolVersion };
    }
    case "run-recorded":
      return { ...next, recorded: true, ...(event.previous && { previous: event.previous }) };
    case "step-started":
      return { ...next, step: { migration: event.migration, statement: event.statement } };
    case "step-finished":
      return { ...next, step: undefined };
    case "run-finished":
      return { ...next, finished: event };
    default:
      return next;
  }
}

/** Who says it. */
export interface Teller {
  readonly host: string;
  readonly toolVersion: string;
}

const MOST_TEXT = 2_000;
const MOST_NOTES = 20;
const MOST_MIGRATIONS = 50;

/** The message, or undefined when nothing was heard of a run at all. */
export function messageOf(story: Story, place: RunPlace, teller: Teller): Message | undefined {
  const { runId, lastAt, beganAt, finished } = story;
  if (runId === undefined || lastAt === undefined) return undefined;
  const failure = failureOf(story);
  const kind = kindOf(story, failure);
  const where = placeName(place, story);
  const title = cut(`${where}: ${headline(kind, failure, finished)}`, 150);
  const applied = finished?.applied ?? [];
  return {
    kind,
    test: false,
    where,
    title,
    summary: cut(oneLine(`${title}${sentence(kind, failure, story)}`), 1_000),
    severity: failure ? severityOf(failure.concerns, failure.exitCode) : "info",
    runId,
    command: story.command,
    at: lastAt,
    durationMs: Math.round(
      finished?.durationMs ?? Date.parse(lastAt) - Date.parse(beganAt ?? lastAt),
    ),
    cluster: place.cluster,
    ...(place.environment !== undefined && { environment: place.environment }),
    database: story.database ?? place.database,
    historySchema: place.historySchema,
    target: clean(place.target),
    host: teller.host,
    toolVersion: story.toolVersion ?? teller.toolVersion,
    applied: applied.length,
    migrations: applied.slice(0, MOST_MIGRATIONS).map((id) => cut(id, 200)),
    // What waits for old code to go is nobody's task yet.
    remaining: (finished?.remaining ?? 0) - (finished?.deferred ?? 0),
    ...(failure && { failure }),
    ...(kind === "recovered" && {
      previous: {
        runId: story.previous!.runId,
        failureClass: story.previous!.failureClass,
      },
    }),
    links: linksOf(place, failure),
    // A run without a row is found by nobody; what its class means is.
    ...(failure && { next: `lockstep explain ${story.recorded ? runId : failure.class}` }),
  };
}

function kindOf(story: Story, failure: MessageFailure | undefined): Message["kind"] {
  if (failure) return "failed";
  if (story.finished?.outcome === "nothing-to-do") return "nothing";
  return story.previous?.outcome === "failed" ? "recovered" : "succeeded";
}

function failureOf({ finished, recorded, step }: Story): MessageFailure | undefined {
  if (finished && finished.failure === undefined) return undefined;
  // Only what nobody foresaw ends a run without its last event.
  const failure: FailureJson = finished?.failure ?? {
    class: "bug",
    exitCode: EXIT_CODES.bug.code,
    what: "Lockstep ended in a way it should not; its stderr has the details.",
    state: failureClass("bug").state,
    action: failureClass("bug").action,
  };
  const exit = exitOf(failure.exitCode);
  const { location, server, migration } = failure;
  const statement =
    step !== undefined && (migration === undefined || migration === step.migration)
      ? step.statement
      : location?.lineText?.trim();
  return {
    stage: recorded ? "work" : "start",
    concerns: exit.concerns,
    class: failure.class,
    title: failureClass(failure.class).title,
    exitCode: failure.exitCode,
    exitName: exit.name,
    what: clean(failure.what),
    state: clean(failure.state),
    action: clean(failure.action),
    ...(migration !== undefined && { migration: cut(migration, 200) }),
    ...(location && { file: cut(location.file, 500), line: location.line }),
    ...(statement && { statement: cut(redact(statement), 500) }),
    ...(server && { sqlstate: server.sqlstate, server: cut(redact(server.message), 500) }),
    notes: (failure.notes ?? []).slice(0, MOST_NOTES).map((note) => cut(redact(note), 500)),
  };
}

function exitOf(code: number): ExitCode {
  return Object.values(EXIT_CODES).find((one) => one.code === code) ?? EXIT_CODES.bug;
}

/** `cluster/database`, and what else tells it from others. */
function placeName(place: RunPlace, story: Story): string {
  const { cluster, environment, historySchema } = place;
  const database = story.database ?? place.database;
  const extra = [
    environment === cluster ? undefined : environment,
    historySchema === "lockstep" ? undefined : historySchema,
  ].filter((word) => word !== undefined);
  const name = [cluster, database].filter((word) => word !== "").join("/") || "a database";
  return cut(oneLine(extra.length === 0 ? name : `${name} (${extra.join(", ")})`), 100);
}

function headline(
  kind: Message["kind"],
  failure: MessageFailure | undefined,
  finished: Finished | undefined,
): string {
  const number = count(finished?.applied.length ?? 0, "migration");
  switch (kind) {
    case "failed":
      if (failure!.concerns === "nobody") return "migrations were stopped";
      return failure!.stage === "work" ? "a migration failed" : "migrations could not start";
    case "recovered":
      return `recovered, ${number} applied`;
    case "succeeded":
      return `${number} applied`;
    case "nothing":
      return "nothing to do";
  }
}

function sentence(
  kind: Message["kind"],
  failure: MessageFailure | undefined,
  story: Story,
): string {
  if (failure) return `: ${failure.what} (${failure.class}, exit code ${failure.exitCode})`;
  if (kind !== "recovered") return "";
  const { failureClass: before } = story.previous!;
  return `; the run before failed${before === null ? "" : ` with ${before}`}`;
}

function linksOf(place: RunPlace, failure: MessageFailure | undefined): MessageLink[] {
  const { runbook, dashboard, run } = place.links;
  const anchored = failure && runbook !== undefined ? `${runbook}#${failure.class}` : runbook;
  return [
    { text: "Runbook", href: failure && anchored },
    { text: "Dashboard", href: dashboard },
    { text: "Pipeline", href: run },
  ].flatMap(({ text, href }) => {
    const link = linkOf(href);
    return link === undefined || link.length > 1_500 ? [] : [{ text, href: link }];
  });
}

function clean(text: string): string {
  return cut(redact(text), MOST_TEXT);
}
