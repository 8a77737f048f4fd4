/** One real `lockstep up --json` process, and what it has said so far. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { RunEvent } from "../../src/runner/events.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/cli/main.js");
export const SHOP = join(ROOT, "examples/shop");

type EventNamed<Name extends RunEvent["event"]> = Extract<RunEvent, { event: Name }>;

export interface Runner {
  readonly name: string;
  readonly events: readonly RunEvent[];
  find<Name extends RunEvent["event"]>(name: Name): EventNamed<Name> | undefined;
  kill(): void;
  readonly done: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

export function startRunner(
  name: string,
  url: string,
  args: readonly string[],
  onEvent: (event: RunEvent, runner: Runner) => void,
): Runner {
  const child = spawn(process.execPath, [MAIN, "up", "--json", ...args], {
    cwd: SHOP,
    // Nothing of the caller's may decide where this goes, and the module cache stays in memory.
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      DATABASE_URL: url,
      JITI_FS_CACHE: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: RunEvent[] = [];
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const runner: Runner = {
    name,
    events,
    find: <Name extends RunEvent["event"]>(wanted: Name) =>
      events.find((event): event is EventNamed<Name> => event.event === wanted),
    kill: () => void child.kill("SIGKILL"),
    done: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stderr }));
    }),
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    onEvent(event, runner);
  });
  process.once("exit", () => child.kill("SIGKILL"));
  return runner;
}
