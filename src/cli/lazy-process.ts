/**
 * The streams of the process, opened when they are used: node builds each of the three on first
 * touch, which together costs a start about 5 ms of CPU, and a pod that starts with nothing
 * pending writes one line to one of them.
 */
import { fstatSync } from "node:fs";
import type { CliContext, CliStream } from "./context.ts";

export interface LazyProcess extends Readonly<CliContext["process"]> {
  exitCode?: number | string | null;
  /** Whether all that was written has left this process. */
  readonly drained: boolean;
}

export function lazyProcess(process: NodeJS.Process): LazyProcess {
  const opened: NodeJS.WriteStream[] = [];
  return {
    stdout: lazyStream(1, opened, () => process.stdout),
    stderr: lazyStream(2, opened, () => process.stderr),
    get drained() {
      return opened.every((stream) => stream.writableLength === 0);
    },
    stdin: {
      get isTTY() {
        return isTerminal(0);
      },
    },
    env: process.env,
  };
}

function lazyStream(
  descriptor: number,
  all: NodeJS.WriteStream[],
  open: () => NodeJS.WriteStream,
): CliStream {
  const isTTY = isTerminal(descriptor);
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    if (opened === undefined) {
      opened = open();
      all.push(opened);
      // `lockstep up | head` closes the pipe: the run goes on, and only its words are lost.
      opened.on("error", ignoreClosedPipe);
    }
    return opened;
  };
  return {
    isTTY,
    write: (text) => void stream().write(text),
    get columns() {
      return isTTY ? stream().columns : undefined;
    },
    getColorDepth: (env) => (isTTY ? stream().getColorDepth(env) : 1),
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** node:tty brings node:net along, so it is asked only about what can be a terminal at all. */
function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false; // Closed by whoever started us.
  }
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}
