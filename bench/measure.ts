/**
 * Runs one command and accounts for it. The clock and the CPU time are bash's (`time` with
 * milliseconds, from the kernel's accounting of ended children), so that they cover the whole
 * process, from exec to exit, and nothing of ours.
 */
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { WORK } from "./work.ts";

export interface Command {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it has to end with; default 0. */
  readonly code?: number;
}

export interface Measurement {
  readonly wallMs: number;
  /** User and system time together. */
  readonly cpuMs: number;
  /** Only with `memory`; the peak of the resident set, as the kernel keeps it (VmHWM). */
  readonly peakMb?: number;
}

export interface MeasureOptions {
  readonly memory?: boolean;
}

// Anything else would be measured too: npm's variables, proxies, and NODE_EXTRA_CA_CERTS, which
// makes each start of Node 20 read and parse a bundle of certificates (100 ms).
const KEPT = ["PATH", "LANG", "TMPDIR"];

const SCRIPT = `TIMEFORMAT='%3R %3U %3S'; out=$1; shift; time "$@" >"$out" 2>&1`;

let runs = 0;

/** Throws with the command's output when it ends with another code than it should. */
export async function measure(
  command: Command,
  options: MeasureOptions = {},
): Promise<Measurement> {
  runs += 1;
  const output = join(WORK, `output-${process.pid}-${runs}.txt`);
  const peak = join(WORK, `peak-${process.pid}-${runs}.txt`);
  const [program, ...args] = command.argv;
  const preload = join(import.meta.dirname, "peak-memory.cjs");
  const memory = options.memory ? ["--require", preload] : [];
  const child = spawn("bash", ["-c", SCRIPT, "bash", output, program!, ...memory, ...args], {
    cwd: command.cwd ?? WORK,
    env: { ...keptEnvironment(), HOME: WORK, NO_COLOR: "1", PEAK_FILE: peak, ...command.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== (command.code ?? 0)) {
    const shown = (await readFile(output, "utf8").catch(() => "")).slice(-2000);
    throw new Error(`\`${command.argv.join(" ")}\` ended with ${String(code)}\n${shown}${said}`);
  }
  const [wall, user, system] = said.trim().split(" ").map(Number);
  await rm(output, { force: true });
  return {
    wallMs: wall! * 1000,
    cpuMs: (user! + system!) * 1000,
    ...(options.memory && { peakMb: Number(await readFile(peak, "utf8")) / 1024 }),
  };
}

function keptEnvironment(): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
