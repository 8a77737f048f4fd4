/**
 * Data folders. `initdb` takes more than a second, so it runs once per version into the cache, and
 * each server starts from a copy of that template.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  rename,
  rm,
  statfs,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failures/failure.ts";
import { cached } from "./cache.ts";
import {
  asServerUser,
  reachableByServerUser,
  serverEnvironment,
  serverUser,
} from "./server-user.ts";

const run = promisify(execFile);

/** Our settings live in their own file, so that `alter system` still wins over them. */
const SETTINGS_FILE = "lockstep.conf";

/** A copy of a fresh server costs about 40 MB; the rest is room for what the tests write. */
const ROOM_NEEDED_BYTES = 1 << 30;

/** A new temporary folder that belongs to the server's user and that nobody else can enter. */
export async function temporaryFolder(durable: boolean): Promise<string> {
  const folder = await mkdtemp(join(await temporaryRoot(durable), "lockstep-postgres-"));
  await giveToServerUser(folder);
  return folder;
}

/** The initialised data folder of these binaries, made on first use. */
export async function templateDirectory(home: string, name: string): Promise<string> {
  return cached(`data-${name}-${ownerOfData()}`, async (folder) => {
    await giveToServerUser(folder);
    const data = join(folder, "data");
    await command(
      join(home, "bin", "initdb"),
      ["--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"].concat([
        "--no-instructions",
        "--encoding",
        "UTF8",
        "--locale",
        "C",
      ]),
      folder,
    );
    await appendFile(join(data, "postgresql.conf"), `\ninclude_if_exists '${SETTINGS_FILE}'\n`);
  });
}

/** For names of entries: PostgreSQL refuses a data folder that another user made. */
export function ownerOfData(): string {
  return `uid${serverUser()?.uid ?? process.getuid?.() ?? 0}`;
}

/**
 * Makes `data` a copy of the template, whole or not at all: a folder that stays could otherwise be
 * found half copied by the next start. Where the file system shares blocks, nothing is copied.
 */
export async function copyTemplate(template: string, data: string): Promise<void> {
  const incoming = `${data}.${randomBytes(4).toString("hex")}`;
  await mkdir(incoming, { recursive: true });
  await giveToServerUser(incoming);
  try {
    await copyContent(join(template, "data"), incoming);
    await rename(incoming, data);
  } catch (error) {
    await rm(incoming, { recursive: true, force: true });
    // Another process was faster, which the rename reports as "not empty".
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
}

/** Copies the data of a stopped server to where `copyTemplate` looks for it. */
export async function saveTemplate(data: string, template: string): Promise<void> {
  await giveToServerUser(template);
  const target = join(template, "data");
  await mkdir(target);
  await giveToServerUser(target);
  await copyContent(data, target);
}

async function copyContent(source: string, target: string): Promise<void> {
  // `cp` as the server's user: the copies get the right owner, and it is ten times as fast as
  // copying a thousand files one by one from here.
  const share = process.platform === "linux" ? ["--reflink=auto"] : [];
  await command("cp", ["-Rp", ...share, `${source}/.`, target], "/").catch(() =>
    // BusyBox before 1.36 does not know the option.
    command("cp", ["-Rp", `${source}/.`, target], "/"),
  );
}

export async function writeSettings(
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  const file = join(data, SETTINGS_FILE);
  await writeFile(file, lines.join(""));
  await giveToServerUser(file, 0o600);
}

async function giveToServerUser(path: string, mode = 0o700): Promise<void> {
  await chmod(path, mode);
  const user = serverUser();
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** Memory when there is room: a server without fsync in memory is the fastest sandbox there is. */
async function temporaryRoot(durable: boolean): Promise<string> {
  const candidates = durable ? [] : ["/dev/shm"];
  for (const folder of candidates) {
    const room = await statfs(folder).catch(() => undefined);
    // Docker gives containers 64 MB here, which is too small.
    if (room !== undefined && room.bavail * room.bsize >= ROOM_NEEDED_BYTES) return folder;
  }
  for (const folder of [tmpdir(), "/var/tmp", "/tmp"]) {
    if (await reachableByServerUser(folder)) return folder;
  }
  throw new Failure({
    class: "config.invalid",
    what: `The user that runs PostgreSQL cannot enter the temporary folder \`${tmpdir()}\`.`,
    action: "Set TMPDIR to a folder that every user can enter.",
  });
}

async function command(program: string, args: readonly string[], cwd: string): Promise<void> {
  try {
    await run(program, args, { cwd, env: serverEnvironment(cwd), ...asServerUser() });
  } catch (error) {
    const output = ((error as { stderr?: string }).stderr ?? "").trim();
    throw new Failure({
      class: "config.invalid",
      what: `The program \`${program}\` does not run here: ${output || String(error)}`,
      action: "Check that the PostgreSQL binaries fit this operating system.",
      cause: error,
    });
  }
}
