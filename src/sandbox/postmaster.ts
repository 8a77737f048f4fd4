/** What the operating system and postmaster.pid tell about a running server. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The lines of postmaster.pid (pidfile.h, the same from 14 to 18). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  /** `starting`, `ready`, `stopping` or `standby`. */
  readonly status: string;
  readonly sharedMemoryId: number | undefined;
}

export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const segment = Number(lines[6]?.trim().split(/\s+/)[1]);
  return {
    pid: Number(lines[0]),
    port: Number(lines[3]),
    socketDir: lines[4] ?? "",
    status: (lines[7] ?? "").trim(),
    sharedMemoryId: Number.isInteger(segment) ? segment : undefined,
  };
}

/** Where the last server on this data listened: it keeps its command line in postmaster.opts. */
export async function lastPort(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.opts"), "utf8").catch(() => "");
  const port = /port=(\d+)/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Containers often have no init that buries the dead; they still answer to signal 0. */
function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, "utf8"))[0] === "Z";
  } catch {
    return true;
  }
}

/** The server's processes below the postmaster: backends and its own workers. */
export async function childrenOf(parent: number): Promise<number[]> {
  return process.platform === "linux" ? childrenFromProc(parent) : childrenFromPs(parent);
}

/**
 * A postmaster that was killed leaves its System V segment, which outlives even the folder. The
 * next start on the same data removes it; when there is no next start, we do.
 */
export async function removeSharedMemory(data: string): Promise<void> {
  const id = (await readPostmasterFile(data))?.sharedMemoryId;
  if (id !== undefined) await run("ipcrm", ["-m", String(id)]).catch(() => undefined);
}

/** Slim container images have no `ps`, so on Linux /proc is read directly. */
async function childrenFromProc(parent: number): Promise<number[]> {
  const children: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    if (Number(statFields(stat)[1]) === parent) children.push(Number(name));
  }
  return children;
}

/** The fields after the command, which is in parentheses and may contain anything: state, parent. */
function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

async function childrenFromPs(parent: number): Promise<number[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid as number);
}
