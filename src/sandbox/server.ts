/**
 * A real PostgreSQL server as a child process.
 * I1 When our process ends, however it ends, the server ends and its temporary folder is removed.
 * I2 The address (port, socket folder) stays the same over stop and start.
 * I3 A running server does not keep our process alive; `closed` is for those who want to wait.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../failures/failure.ts";
import type { PostgresMajor } from "./binaries.ts";
import { writeSettings } from "./data-directory.ts";
import { type Place, type PlaceOptions, preparePlace } from "./place.ts";
import { freePort } from "./ports.ts";
import { childrenOf, readPostmasterFile, removeSharedMemory } from "./postmaster.ts";
import { asServerUser, serverEnvironment } from "./server-user.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 15_000;
const PORT_ATTEMPTS = 20;

/** fast: sessions are ended and the data is written; immediate: as in a crash. */
export type StopMode = "fast" | "immediate";

export interface ServerOptions extends PlaceOptions {
  /** Settings as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** By default one that the operating system picks. */
  readonly port?: number;
}

export interface SandboxServer extends AsyncDisposable {
  readonly version: PostgresMajor;
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Folder of the Unix socket. */
  readonly socketDir: string;
  /** Of the postmaster; undefined while the server is stopped. */
  readonly pid: number | undefined;
  readonly dataDir: string;
  readonly logFile: string;
  url(database?: string, user?: string): string;
  stop(mode?: StopMode): Promise<void>;
  /** After `stop` or `kill`: the same data at the same address. */
  start(): Promise<void>;
  restart(mode?: StopMode): Promise<void>;
  /** SIGKILL to the postmaster and all of its processes, as the out-of-memory killer does. */
  kill(): Promise<void>;
  /** Resolves when the server process that runs now has ended, and keeps our process alive. */
  closed(): Promise<void>;
  /** Stops the server for good and removes temporary data. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<SandboxServer> {
  const place = await preparePlace(options);
  const watchdog = startWatchdog(place.dataDir, place.folder, place.temporary ? "QUIT" : "INT");
  const server = new Server(place, options, watchdog);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.close().catch(() => undefined);
    throw error;
  }
}

class Server implements SandboxServer {
  readonly host = "127.0.0.1";
  port: number;
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private readonly place: Place;
  private readonly options: ServerOptions;
  private readonly watchdog: Watchdog;

  constructor(place: Place, options: ServerOptions, watchdog: Watchdog) {
    this.place = place;
    this.options = options;
    this.watchdog = watchdog;
    this.port = options.port ?? 0;
  }

  get version(): PostgresMajor {
    return this.place.version;
  }
  get socketDir(): string {
    return this.place.folder;
  }
  get dataDir(): string {
    return this.place.dataDir;
  }
  get logFile(): string {
    return this.place.logFile;
  }
  get pid(): number | undefined {
    return this.child?.pid;
  }

  url(database = "postgres", user = "postgres"): string {
    const name = encodeURIComponent(database);
    return `postgres://${encodeURIComponent(user)}@${this.host}:${this.port}/${name}`;
  }

  async start(): Promise<void> {
    if (this.child !== undefined) return;
    const keepsPort = this.port !== 0;
    for (let attempt = 1; ; attempt++) {
      if (!keepsPort) this.port = await freePort();
      const outcome = await this.launch();
      if (outcome === "ready") return;
      // Between our look for a free port and the server's bind, somebody else may have taken it.
      // A given port gets a little time too: its last owner may be ending.
      if (outcome !== "port-taken" || attempt === PORT_ATTEMPTS) throw await this.startFailure();
      if (keepsPort) await pause(100);
    }
  }

  async stop(mode: StopMode = "fast"): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
    if (await this.endsWithin(STOP_DEADLINE_MS)) return;
    child.kill("SIGQUIT");
    if (await this.endsWithin(STOP_DEADLINE_MS)) return;
    await this.kill();
  }

  async restart(mode: StopMode = "fast"): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined) return;
    // Stopped first, so that it starts no further process while we read the list.
    child.kill("SIGSTOP");
    const processes = await childrenOf(child.pid);
    child.kill("SIGKILL");
    for (const pid of processes) killQuietly(pid);
    await this.endsWithin(STOP_DEADLINE_MS);
  }

  async closed(): Promise<void> {
    this.child?.ref();
    await this.exited;
  }

  async close(): Promise<void> {
    await this.stop(this.place.temporary ? "immediate" : "fast");
    if (this.place.temporary) await removeSharedMemory(this.dataDir);
    await rm(this.place.folder, { recursive: true, force: true });
    await this.watchdog.dismiss();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async launch(): Promise<"ready" | "port-taken" | "failed"> {
    const { dataDir, folder, logFile } = this.place;
    await writeSettings(dataDir, this.settings());
    const logBefore = await logLength(logFile);
    const log = openSync(logFile, "a");
    // The address is not in the file: two processes that start a server on the same data would
    // overwrite each other's before PostgreSQL lets one of them win.
    const address = [`listen_addresses=${this.host}`, `port=${this.port}`];
    const socket = `unix_socket_directories=${folder}`;
    const flags = [...address, socket].flatMap((setting) => ["-c", setting]);
    const child = spawn(this.place.program, ["-D", dataDir, ...flags], {
      cwd: folder,
      env: serverEnvironment(folder),
      // Its own session: Ctrl-C in our terminal must not stop the server before we decide to.
      detached: true,
      stdio: ["ignore", log, log],
      ...asServerUser(),
    });
    closeSync(log);
    this.adopt(child);
    if (await this.becomesReady(child)) return "ready";
    const said = (await readFile(logFile, "utf8")).slice(logBefore);
    return /could not bind|Address already in use/.test(said) ? "port-taken" : "failed";
  }

  private adopt(child: ChildProcess): void {
    this.child = child;
    if (child.pid !== undefined) this.watchdog.watch(child.pid);
    this.exited = new Promise((resolve) => {
      const ended = (): void => {
        if (this.child === child) this.child = undefined;
        resolve();
      };
      child.once("exit", ended);
      child.once("error", ended);
    });
    child.unref();
  }

  /** The server writes its state into postmaster.pid, so no connection has to be tried. */
  private async becomesReady(child: ChildProcess): Promise<boolean> {
    const deadline = performance.now() + START_DEADLINE_MS;
    while (this.child === child && performance.now() < deadline) {
      const file = await readPostmasterFile(this.dataDir);
      if (file?.pid === child.pid && /ready|standby/.test(file?.status ?? "")) return true;
      await pause(5);
    }
    if (this.child === child) await this.stop("immediate");
    return false;
  }

  private async endsWithin(ms: number): Promise<boolean> {
    const timer = new AbortController();
    this.child?.ref();
    const late = pause(ms, false, { signal: timer.signal }).catch(() => false);
    const ended = await Promise.race([this.exited.then(() => true), late]);
    timer.abort();
    return ended;
  }

  private settings(): Record<string, string> {
    const durable = this.options.durable ?? false;
    return {
      // In files of the data folder and not in /dev/shm: containers have little room there, and a
      // killed server would leave its segments behind.
      dynamic_shared_memory_type: "mmap",
      log_min_messages: "warning",
      log_line_prefix: "%m [%p] %a ",
      ...(durable ? {} : { fsync: "off", full_page_writes: "off", max_wal_size: "4GB" }),
      ...this.options.settings,
    };
  }

  private async startFailure(): Promise<Failure> {
    const log = await readFile(this.logFile, "utf8").catch(() => "");
    const last = log.trimEnd().split("\n").slice(-5);
    return new Failure({
      class: "config.invalid",
      what: `The sandbox server, PostgreSQL ${this.version}, does not start in \`${this.dataDir}\`.`,
      action: "Read what the server says in its log, below.",
      notes: last,
    });
  }
}

async function logLength(file: string): Promise<number> {
  return (await readFile(file, "utf8").catch(() => "")).length;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended together with the postmaster.
  }
}
