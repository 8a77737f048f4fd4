/**
 * PostgreSQL refuses to run as root. When we are root (containers, CI), the server runs as another
 * user that exists on the machine, and everything it touches must be reachable for that user.
 */
import { execFileSync } from "node:child_process";
import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../failures/failure.ts";

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ["postgres", "nobody"];

let known: ServerUser | undefined;

/** The user to switch to, or undefined when the server simply runs as ourselves. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  known ??= firstExisting();
  return known;
}

/** The part of `spawn` options that makes a child run as the server's user. */
export function asServerUser(): { uid?: number; gid?: number } {
  const user = serverUser();
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/**
 * Whether the server's user can get into a folder: every ancestor needs the search bit for others.
 * Always true when no other user is involved.
 */
export async function reachableByServerUser(folder: string): Promise<boolean> {
  const user = serverUser();
  if (user === undefined) return true;
  for (let at = folder; ; at = dirname(at)) {
    const info = await stat(at).catch(() => undefined);
    // A folder that does not exist yet is created by us later, with the right mode.
    if (info !== undefined && info.uid !== user.uid && (info.mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Creates a folder that every user can enter, whatever the umask says. */
export async function makeEnterable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await chmod(at, 0o755);
}

/** The child's environment: nothing of the caller's PG* variables or locale may leak in. */
export function serverEnvironment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: home, LC_ALL: "C", TZ: "UTC" };
}

function firstExisting(): ServerUser {
  for (const name of CANDIDATES) {
    const uid = idOf(["-u", name]);
    const gid = idOf(["-g", name]);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Failure({
    class: "config.invalid",
    what: "PostgreSQL does not run as root, and no user `postgres` or `nobody` exists to run it as.",
    action: "Run as another user than root, or create a user named `postgres`.",
  });
}

function idOf(args: readonly string[]): number | undefined {
  try {
    // `id` asks the name service, so users from LDAP or macOS' directory are found as well.
    const out = execFileSync("id", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const id = Number(out.trim());
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
