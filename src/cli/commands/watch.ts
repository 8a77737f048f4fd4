/**
 * `lockstep watch`: follows a run live from another terminal. Ends with 0 when the run ended well or
 * none is under way, else with the code of its failure; with 75 when it was killed.
 */
import { EXIT_CODES } from "../../failures/exit-codes.ts";
import { watch as run, type WatchEnd, type WatchUpdate } from "../../runbook/watch.ts";
import type { WatchState } from "../../runbook/watch-state.ts";
import type { CliContext } from "../context.ts";
import type { LookFlags } from "../flags.ts";
import { LiveBlock } from "../output/live-block.ts";
import type { Reporter } from "../output/reporter.ts";
import {
  createWatchLog,
  endLines,
  hiddenWords,
  migrationLine,
  watchBlock,
  withoutClocks,
} from "../output/watch-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface WatchFlags extends LookFlags {
  readonly wait?: boolean;
}

export function watch(this: CliContext, flags: WatchFlags, runId?: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const project = await loadProject(this, flags);
    const view = createView(this, reporter);
    try {
      const end = await run({
        ...(await project.runnerOptions(reporter.onLookEvent)),
        ...(runId !== undefined && { runId: runId.toLowerCase() }),
        ...(flags.wait && { wait: true }),
        onUpdate: view.onUpdate,
      });
      view.end(end);
      const code = exitCodeOf(end);
      if (code !== 0) this.process.exitCode = code;
    } finally {
      view.close();
    }
  });
}

interface View {
  readonly onUpdate: (update: WatchUpdate) => void;
  end(end: WatchEnd): void;
  close(): void;
}

function createView(context: CliContext, reporter: Reporter): View {
  const { stdout } = context.process;
  if (reporter.mode === "terminal") return liveView(context, reporter);
  if (reporter.mode === "json") {
    const print = (object: unknown): void => stdout.write(`${JSON.stringify(object)}\n`);
    let said = "";
    return {
      onUpdate(update) {
        const { kind, ...rest } = update;
        if (update.kind === "state") {
          const news = JSON.stringify(withoutClocks(update.state));
          if (news === said) return;
          said = news;
          print({ event: "state", ...update.state });
        } else print({ event: kind, ...rest });
      },
      end: ({ kind, state }) => print({ event: "end", kind, ...state }),
      close: () => undefined,
    };
  }
  const log = createWatchLog();
  return {
    onUpdate: (update) => reporter.say(...log(update)),
    end: (end) => reporter.say(...endLines(end, reporter.paint)),
    close: () => undefined,
  };
}

function liveView({ process }: CliContext, { paint }: Reporter): View {
  let state: WatchState | undefined;
  let seenAtMs = 0;
  let away: string | undefined;
  let waitsAt = "";
  let waitsSinceMs = 0;
  const block = new LiveBlock(process.stdout, (nowMs, columns) => {
    if (state === undefined) return away === undefined ? [] : [`The server is away: ${away}`];
    const ageMs = Math.max(0, nowMs - seenAtMs);
    const waits = state.activity === "blocked" && { waitingMs: nowMs - waitsSinceMs };
    return watchBlock(
      { state, ageMs, ...waits, ...(away !== undefined && { away }) },
      nowMs,
      columns,
      paint,
    );
  });
  return {
    onUpdate(update) {
      if (update.kind !== "away") away = undefined;
      switch (update.kind) {
        case "run":
          return undefined;
        case "state":
          state = update.state;
          seenAtMs = Date.now();
          if (waitsAt !== `${state.activity} ${state.step?.migration}`) {
            waitsAt = `${state.activity} ${state.step?.migration}`;
            waitsSinceMs = seenAtMs;
          }
          return block.draw();
        case "away":
          away = update.reason;
          return block.draw();
        case "migration":
          return block.draw(`${paint.green("✓")} ${migrationLine(update.migration)}`);
        case "waiting":
          return block.draw(paint.dim("No run is under way; waiting for one to begin."));
        case "hidden":
          return block.draw(`${paint.yellow("!")} ${hiddenWords(update.grant)}`);
      }
    },
    end(end) {
      block.close();
      for (const line of endLines(end, paint)) process.stdout.write(`${line}\n`);
    },
    close: () => block.close(),
  };
}

function exitCodeOf({ kind, state }: WatchEnd): number {
  if (kind === "nothing") return 0;
  if (kind === "killed") return EXIT_CODES.tryAgain.code;
  const run = state?.run;
  if (run == null || run.outcome === "applied") return 0;
  return run.failure?.exitCode ?? EXIT_CODES.failed.code;
}
