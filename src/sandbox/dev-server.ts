/**
 * The server of a project for development: its data stays in the project's `.lockstep` folder.
 * The server's own postmaster.pid is the state file. It says which process runs at which port and
 * cannot disagree with the server, as a file of ours could.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../failures/failure.ts";
import { runSql } from "../postgres/admin.ts";
import { findBinaries, type PostgresMajor } from "./binaries.ts";
import { cacheFolder } from "./cache.ts";
import { createDatabaseSql } from "./create-database.ts";
import { isTaken } from "./ports.ts";
import { isAlive, lastPort, readPostmasterFile } from "./postmaster.ts";
import { type SandboxServer, startServer } from "./server.ts";
import { makeEnterable, reachableByServerUser } from "./server-user.ts";

/** The database that a new development server has. */
const DATABASE = "app";

export interface DevServerOptions {
  /** By default the version of the data that is there, else the newest installed. */
  readonly version?: PostgresMajor;
  readonly port?: number;
}

export type DevServer =
  /** Runs in our process: whoever called stops it with `server.close()`; the data stays. */
  | { readonly kind: "started"; readonly url: string; readonly server: SandboxServer }
  /** Another process runs it already. */
  | { readonly kind: "already-running"; readonly url: string; readonly pid: number };

export async function devServer(
  projectDir: string,
  options: DevServerOptions = {},
): Promise<DevServer> {
  const folder = await dataFolder(projectDir);
  const version =
    options.version ?? (await versionOfData(folder)) ?? findBinaries(undefined, projectDir).major;
  const dataDir = join(folder, `postgres-${version}`);
  const running = await findRunning(dataDir);
  if (running !== undefined) return running;

  try {
    return await start(dataDir, version, projectDir, options.port);
  } catch (error) {
    // Two may have started at once; PostgreSQL lets only one of them have the data.
    const winner = await becomesReachable(dataDir);
    if (winner !== undefined) return winner;
    throw error;
  }
}

async function start(
  dataDir: string,
  version: PostgresMajor,
  from: string,
  port: number | undefined,
): Promise<DevServer> {
  // The address should survive a restart, because it stands in people's .env files.
  const last = await lastPort(dataDir);
  const wanted = port ?? (last !== undefined && !(await isTaken(last)) ? last : undefined);
  const server = await startServer({
    version,
    dataDir,
    durable: true,
    from,
    ...(wanted !== undefined && { port: wanted }),
  });
  try {
    const found = await runSql(
      server.url(),
      `select 1 from pg_catalog.pg_database where datname = '${DATABASE}'`,
    );
    if (found[0]?.length === 0) {
      await runSql(server.url(), createDatabaseSql(DATABASE, "template1", version));
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  return { kind: "started", url: server.url(DATABASE), server };
}

type Running = Extract<DevServer, { kind: "already-running" }>;

/** Waits while another process is still starting its server. */
async function becomesReachable(dataDir: string): Promise<Running | undefined> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const running = await findRunning(dataDir);
    const file = await readPostmasterFile(dataDir);
    const starting = file !== undefined && isAlive(file.pid);
    if (running !== undefined || !starting || performance.now() > deadline) return running;
    await pause(20);
  }
}

/** A server that runs on this data, proven by its process and by an open port. */
export async function findRunning(dataDir: string): Promise<Running | undefined> {
  const file = await readPostmasterFile(dataDir);
  if (file === undefined || !isAlive(file.pid) || !(await isTaken(file.port))) return undefined;
  const url = `postgres://postgres@127.0.0.1:${file.port}/${DATABASE}`;
  return { kind: "already-running", url, pid: file.pid };
}

/** `<project>/.lockstep`, or a folder in the cache when the server's user cannot get there. */
async function dataFolder(projectDir: string): Promise<string> {
  const project = await realpath(projectDir);
  const folder = join(project, ".lockstep");
  if (await reachableByServerUser(folder)) {
    await makeEnterable(folder);
    return folder;
  }
  const digest = createHash("sha256").update(project).digest("hex").slice(0, 16);
  const elsewhere = join(await cacheFolder(), "dev", digest);
  await makeEnterable(elsewhere);
  return elsewhere;
}

async function versionOfData(folder: string): Promise<PostgresMajor | undefined> {
  const present: PostgresMajor[] = [];
  for (const name of await readdir(folder)) {
    const major = /^postgres-(\d+)$/.exec(name)?.[1];
    if (major === undefined) continue;
    const text = await readFile(join(folder, name, "PG_VERSION"), "utf8").catch(() => undefined);
    if (text?.trim() === major) present.push(Number(major) as PostgresMajor);
  }
  if (present.length <= 1) return present[0];
  throw new Failure({
    class: "usage",
    what: `\`${folder}\` has data of several PostgreSQL versions: ${present.toSorted((left, right) => left - right).join(", ")}.`,
    action: "Say which one to start with `--pg`.",
  });
}
