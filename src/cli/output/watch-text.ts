/** What `lockstep watch` says, as pure text: one line for each change, and the live block. */
import type { WatchEnd, WatchUpdate } from "../../runbook/watch.ts";
import type { StepProgress } from "../../runbook/watch-progress.ts";
import type {
  Victim,
  WatchedMigration,
  WatchedRun,
  WatchState,
} from "../../runbook/watch-state.ts";
import { renderFailure } from "./failure-text.ts";
import type { Paint } from "./paint.ts";
import { oneLine, truncate } from "./width.ts";
import { count, describeSession, formatDuration } from "./words.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;
const MAX_SESSIONS = 4;
const BAR = 20;

/** `up, run 1a2b3c4d on shop-7f9 by migrator`. */
export function headline({ command, id, host, by, commit }: WatchedRun): string {
  const at = commit === null ? "" : `, commit ${oneLine(commit.slice(0, 12))}`;
  return `${command}, run ${id.slice(0, 8)} on ${oneLine(host)} by ${oneLine(by)}${at}`;
}

export function migrationLine(migration: WatchedMigration): string {
  const took = migration.durationMs === null ? "" : ` ${formatDuration(migration.durationMs)}`;
  return `${oneLine(migration.id)}${migration.direction === "down" ? " reverted" : ""}${took}`;
}

/** What is going on, without a clock: what differs from the last time is news. */
export function situation(state: WatchState): string {
  if (state.activity === "gone") return "no session of the run is connected";
  const { step, wants, blockers } = state;
  const where = whereOf(state);
  if (step?.attempt != null) return `${where}: attempt ${step.attempt}, ${waitWords(state)}`;
  if (wants !== null || blockers.length > 0) return `${where}: ${waitWords(state)}`;
  if (state.activity === "between") return where;
  const progress = step?.progress;
  if (progress) return `${where}: ${progressWords(progress)}`;
  return step?.statement == null ? where : `${where}: ${oneLine(step.statement)}`;
}

function whereOf({ step, activity }: WatchState): string {
  if (step?.migration == null) return activity === "between" ? "between two files" : "at work";
  const ordinal = step.ordinal === null ? "" : `, statement ${step.ordinal}`;
  return `${oneLine(step.migration)}${ordinal}`;
}

function waitWords({ wants, blockers, step }: WatchState): string {
  const phase = step?.progress?.phase;
  if (phase?.startsWith("waiting")) return oneLine(phase);
  if (wants !== null) return `waits for ${oneLine(wants.what)}`;
  if (blockers.length > 0) return "waits without queueing";
  return "tries again";
}

export function progressWords({ phase, percent, detail }: StepProgress): string {
  const parts = [
    oneLine(phase),
    ...(percent === null || phase.startsWith("waiting") ? [] : [`${Math.floor(percent)} %`]),
    ...(detail === null ? [] : [detail]),
  ];
  return parts.join(", ");
}

/** What the server tells where it counts nothing. */
function silence({ step, activity }: WatchState): string[] {
  if (step === null || step.progress !== null || activity !== "working") return [];
  if (step.relation === null) return [];
  return [
    `the server tells no progress of this; ${oneLine(step.relation.name)} has ${formatBytes(step.relation.bytes)}`,
  ];
}

function victimWords({ session, waitedMs, relation }: Victim): string {
  const { transactionAgeMs: _age, state: _state, ...who } = session;
  const on = relation === undefined ? "" : `, on ${oneLine(relation)}`;
  return `behind it for ${formatDuration(waitedMs)}${on}: ${describeSession(who)}`;
}

/** Turns updates into lines of a log: what has not changed is not said again. */
export function createWatchLog(): (update: WatchUpdate) => string[] {
  let said = "";
  let decade = -1;
  let known = new Set<string>();
  let away = false;
  return (update) => {
    const at = "at" in update ? update.at : update.state.at;
    const stamp = (text: string): string => `${at.slice(0, 19)}Z ${text}`;
    if (update.kind !== "away") away = false;
    switch (update.kind) {
      case "waiting":
        return [stamp("no run is under way; waiting for one to begin")];
      case "away":
        if (away) return [];
        away = true;
        return [stamp(`the server is away, trying again: ${oneLine(update.reason)}`)];
      case "hidden":
        return [stamp(hiddenWords(update.grant))];
      case "migration":
        return [stamp(`done ${migrationLine(update.migration)}`)];
      case "run": {
        const { run } = update;
        const time = `running for ${formatDuration(run.elapsedMs)}, ${appliedWords(run)}`;
        return [stamp(run.outcome === "running" ? `${headline(run)}, ${time}` : headline(run))];
      }
      case "state": {
        const { state } = update;
        const lines: string[] = [];
        if (state.activity === "ended") return [];
        const words = situation(state);
        // Within one phase a line for every tenth is enough.
        const percent = state.step?.progress?.percent ?? null;
        const tenth = percent === null ? -1 : Math.floor(percent / 10);
        const bare = words.replace(/, \d+ %/, "");
        if (bare !== said || tenth > decade) lines.push(words);
        said = bare;
        decade = tenth;
        const sessions = new Map<string, string>([
          ...state.blockers.map((one): [string, string] => [
            `b${one.pid}`,
            `  held up by ${blockerWords(one)}`,
          ]),
          ...state.victims.map((one): [string, string] => [
            `v${one.session.pid}`,
            `  ${victimWords(one)}`,
          ]),
        ]);
        for (const [key, text] of sessions) if (!known.has(key)) lines.push(text);
        known = new Set(sessions.keys());
        return lines.map(stamp);
      }
    }
  };
}

/** `watch --json`: an object is printed when this differs, so clocks are not in it. */
export function withoutClocks(state: WatchState): unknown {
  const percent = state.step?.progress?.percent ?? null;
  return {
    run: state.run && [state.run.id, state.run.outcome, state.run.applied],
    activity: state.activity,
    step: state.step && [
      state.step.migration,
      state.step.ordinal,
      state.step.attempt,
      state.step.statement,
      state.step.progress?.phase,
      percent === null ? null : Math.floor(percent),
    ],
    wants: state.wants?.what,
    blockers: state.blockers.map(({ pid, state: is }) => [pid, is]),
    victims: state.victims.map(({ session }) => session.pid),
  };
}

export function hiddenWords(grant: string): string {
  return `This role sees no states and statements of other roles. \`${grant}\` shows them.`;
}

export interface LiveView {
  readonly state: WatchState;
  /** Milliseconds since the state was true. */
  readonly ageMs: number;
  /** Since when it has been seen to wait for the same, where the server knows no time of its own. */
  readonly waitingMs?: number;
  /** The server does not answer. */
  readonly away?: string;
}

/** The live block: at most a dozen lines, each cut to the terminal. */
export function watchBlock(
  { state, ageMs, waitingMs, away }: LiveView,
  nowMs: number,
  columns: number,
  paint: Paint,
): string[] {
  const { run, step } = state;
  if (run === null || state.activity === "ended") return [];
  const room = columns - 1;
  const frame = SPINNER[Math.floor(nowMs / FRAME_MS) % SPINNER.length] ?? "";
  const since = formatDuration(run.elapsedMs + ageMs);
  const head = truncate(`${headline(run)}, ${since}, ${appliedWords(run)}`, room);
  if (away !== undefined) {
    return [
      paint.dim(head),
      `${paint.yellow(frame)} ${truncate(`the server is away, trying again: ${oneLine(away)}`, room - 2)}`,
    ];
  }
  const progress = step?.progress;
  const waits = state.activity === "blocked" || state.activity === "gone";
  const own = step?.elapsedMs == null ? undefined : step.elapsedMs + ageMs;
  const ms = state.activity === "between" ? undefined : (own ?? waitingMs);
  const clock = ms === undefined ? "" : `  ${formatDuration(ms)}`;
  const title = `${state.activity === "gone" ? situation(state) : whereOf(state)}${clock}`;
  const below: string[] = [];
  if (progress) {
    const bar = progress.percent === null ? "" : `${barOf(progress.percent)} `;
    const on = progress.relation === null ? "" : ` on ${oneLine(progress.relation)}`;
    below.push(`${bar}${progressWords(progress)}${on}`);
  }
  for (const text of silence(state)) below.push(paint.dim(truncate(text, room - 2)));
  if (step?.statement != null && state.activity !== "between") {
    below.push(paint.dim(truncate(oneLine(step.statement), room - 2)));
  }
  if (waits && state.activity !== "gone" && !progress?.phase.startsWith("waiting")) {
    const attempt = step?.attempt == null ? "" : `attempt ${step.attempt}, `;
    below.push(paint.yellow(truncate(`${attempt}${waitWords(state)}`, room - 2)));
  }
  below.push(
    ...listed(
      state.blockers.map((one) => `held up by ${blockerWords(one)}`),
      room,
      paint.yellow,
    ),
    ...listed(
      state.victims.map((one) => victimWords(one)),
      room,
      paint.red,
    ),
  );
  return [
    paint.dim(head),
    `${(waits ? paint.yellow : paint.cyan)(frame)} ${truncate(title, room - 2)}`,
    ...below.map((text) => `  ${truncate(text, room - 2)}`),
  ];
}

function listed(lines: readonly string[], room: number, tone: (text: string) => string): string[] {
  const shown = lines.length <= MAX_SESSIONS ? lines : lines.slice(0, MAX_SESSIONS - 1);
  const rest = lines.length - shown.length;
  return [
    ...shown.map((text) => tone(truncate(text, room - 2))),
    ...(rest > 0 ? [tone(`and ${count(rest, "more session")}`)] : []),
  ];
}

/** An idle transaction is the commonest blocker; its last statement says who it is. */
function blockerWords(session: WatchState["blockers"][number]): string {
  return session.pid === 0 ? "a prepared transaction" : describeSession(session);
}

/** `██████░░░░░░░░░░░░░░`. */
export function barOf(percent: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  return "█".repeat(full) + "░".repeat(BAR - full);
}

function appliedWords({ applied, command }: WatchedRun): string {
  const verb = command === "down" ? "reverted" : "applied";
  return `${count(applied, "migration")} ${verb}`;
}

function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** The last lines: how it ended, and what to look at. */
export function endLines({ kind, state }: WatchEnd, paint: Paint): string[] {
  const run = state?.run;
  if (kind === "nothing" || run == null) {
    return [
      run == null
        ? "No run is recorded here."
        : `No run is under way. The last one, ${run.id.slice(0, 8)}, ${lastWords(run)}.`,
      paint.dim("`lockstep watch --wait` waits for one to begin."),
    ];
  }
  const short = run.id.slice(0, 8);
  const did = `${appliedWords(run)} in ${formatDuration(run.elapsedMs)}`;
  if (kind === "killed") {
    return [
      paint.yellow(
        `Run ${short} is gone: no session of it is connected, and its row says \`running\`.`,
      ),
      `It was killed or lost its server, ${did}. The next run goes on where it was.`,
    ];
  }
  const wait =
    run.longestWaitMs === null
      ? ""
      : ` Longest wait it caused: ${formatDuration(run.longestWaitMs)}.`;
  if (run.outcome === "applied") {
    return [paint.green(`Run ${short} ended well, ${did}.${wait}`)];
  }
  const { failure } = run;
  return [
    paint.red(
      `Run ${short} ${run.outcome === "failed" ? "failed" : "was interrupted"}, ${did}.${wait}`,
    ),
    ...(failure === null ? [] : renderFailure(failure, paint)),
    paint.dim(`\`lockstep explain ${short}\` says what it means and what to do.`),
  ];
}

function lastWords({ outcome, failure }: WatchedRun): string {
  if (outcome === "running") return "was killed or lost its server";
  if (outcome === "applied") return "ended well";
  const why = failure === null ? "" : ` with ${failure.class}`;
  return outcome === "failed" ? `failed${why}` : "was interrupted";
}
