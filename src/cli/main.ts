#!/usr/bin/env node
/**
 * The entry of the command line: finds the command, loads it alone, and turns whatever it ends
 * with into text on stderr and an exit code. `lockstep up` with nothing pending is started by
 * every pod, so nothing is imported here that a start does not need.
 */
import type { CliContext } from "./context.ts";
import { lazyProcess } from "./lazy-process.ts";
import { abortOnSignals } from "./signals.ts";

/** A connection that was not closed must not keep a finished command alive for ever. */
const LINGER_MS = 2_000;

const ourProcess = lazyProcess(process);
const context: CliContext = {
  process: ourProcess,
  cwd: process.cwd(),
  signal: abortOnSignals(process),
};

/**
 * `lockstep up` alone, which is how pods start it, needs nobody to read its flags: it has none, and
 * all flags of `up` may be left out. That saves loading and asking stricli, a twentieth of the CPU of
 * a start with nothing pending.
 */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  try {
    if (args.length === 1 && args[0] === "up") {
      const { up } = await import("./commands/up.ts");
      await up.call(context, {});
      return Number(context.process.exitCode ?? 0);
    }
    const { dispatch } = await import("./dispatch.ts");
    return await dispatch(args, context);
  } catch (error) {
    return report(error);
  }
}

async function report(error: unknown): Promise<number> {
  const { reportError } = await import("./report.ts");
  return reportError(error, context.process);
}

async function die(error: unknown): Promise<void> {
  process.exit(await report(error));
}

process.on("uncaughtException", (error) => void die(error));
process.on("unhandledRejection", (error) => void die(error));

/** Leaving at once saves taking down the heap, 1 ms; but not before everything is written. */
function leave(code: number): void {
  if (ourProcess.drained) process.exit(code);
  process.exitCode = code;
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

// Not awaited at the top level: a chunk that is loaded late may import from this one, and would
// wait for its evaluation to end while that waits for the chunk (Node then exits with 13).
void main().then(leave, die);
