/**
 * Whatever ends the process that started a server, the server ends too. Each test starts a real
 * process that starts a real server, and ends it in another way.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { childrenOf, isAlive } from "../src/sandbox/postmaster.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly pid: number;
  readonly processes: readonly number[];
  readonly socketDir: string;
  readonly logFile: string;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lifetime-test-"));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs `then` in a new process that has a running server; `options` go to `startServer`. */
async function startElsewhere(then: string, options: object = {}): Promise<Started> {
  const script = `
    import { createJiti } from "jiti";
    const jiti = createJiti(${JSON.stringify(pathToFileURL(ROOT).href)});
    const { startServer } = await jiti.import(${JSON.stringify(join(ROOT, "src/sandbox/server.ts"))});
    const server = await startServer(${JSON.stringify(options)});
    const { pid, socketDir, logFile } = server;
    console.log(JSON.stringify({ pid, socketDir, logFile }));
    // Only go on when the parent has looked.
    await new Promise((resolve) => process.stdin.once("data", resolve));
    process.stdin.unref();
    ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: ROOT,
    // A process group of its own, as a shell gives to a foreground job.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(String(chunk)));
    void ended.then((how) => reject(new Error(`ended early ${JSON.stringify(how)}: ${errors}`)));
  });
  const told = JSON.parse(line) as { pid: number; socketDir: string; logFile: string };
  const processes = [told.pid, ...(await childrenOf(told.pid))];
  expect(processes.length).toBeGreaterThan(3);
  expect(existsSync(told.socketDir)).toBe(true);
  child.stdin.write("go\n");
  return { child, ended, processes, ...told };
}

async function expectAllGone(started: Started): Promise<void> {
  await expect
    .poll(
      () => ({
        alive: started.processes.filter(isAlive),
        folder: existsSync(started.socketDir),
      }),
      { timeout: 10_000, interval: 10 },
    )
    .toEqual({ alive: [], folder: false });
}

const WAIT_FOREVER = "setInterval(() => undefined, 1000);";

describe("a server ends and its folder goes", () => {
  test("when its parent is killed with SIGKILL", async () => {
    const started = await startElsewhere(WAIT_FOREVER);
    started.child.kill("SIGKILL");
    expect(await started.ended).toEqual({ code: null, signal: "SIGKILL" });
    await expectAllGone(started);
  });

  test.each(["SIGINT", "SIGKILL", "SIGHUP"] as const)(
    "when the whole process group gets %s, as by Ctrl-C",
    async (signal) => {
      const started = await startElsewhere(WAIT_FOREVER);
      process.kill(-started.child.pid!, signal);
      expect(await started.ended).toEqual({ code: null, signal });
      await expectAllGone(started);
    },
  );

  test("when its parent gets SIGTERM", async () => {
    const started = await startElsewhere(WAIT_FOREVER);
    started.child.kill("SIGTERM");
    expect(await started.ended).toEqual({ code: null, signal: "SIGTERM" });
    await expectAllGone(started);
  });

  test("when its parent dies of an uncaught error", async () => {
    const started = await startElsewhere("throw new Error('uncaught');");
    expect(await started.ended).toEqual({ code: 1, signal: null });
    await expectAllGone(started);
  });

  test("when its parent has nothing more to do and never closed it", async () => {
    const started = await startElsewhere("");
    expect(await started.ended).toEqual({ code: 0, signal: null });
    await expectAllGone(started);
  });

  test("when its parent is killed while the server is stopped", async () => {
    const started = await startElsewhere(
      `await server.stop(); process.kill(process.pid, "SIGKILL");`,
    );
    await started.ended;
    await expectAllGone(started);
  });

  test("when its parent is killed after the server crashed and was started again", async () => {
    const started = await startElsewhere(
      `await server.kill(); await server.start(); process.kill(process.pid, "SIGKILL");`,
    );
    await started.ended;
    await expectAllGone(started);
  });
});

test("a server whose data is kept is shut down cleanly when its parent is killed", async () => {
  const dataDir = join(folder, "data");
  const started = await startElsewhere(WAIT_FOREVER, {
    dataDir,
    settings: { log_checkpoints: "on", log_min_messages: "log" },
  });
  started.child.kill("SIGKILL");
  await expectAllGone(started);
  expect(existsSync(join(dataDir, "PG_VERSION"))).toBe(true);
  expect(existsSync(join(dataDir, "postmaster.pid"))).toBe(false);
  const log = await readFile(started.logFile, "utf8");
  expect(log).toContain("received fast shutdown request");
  expect(log).toContain("database system is shut down");
});
