/** `npm run demo` is the first thing that people run, so it has to work, and to leave nothing. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { isTaken } from "../src/sandbox/ports.ts";

const ROOT = join(import.meta.dirname, "..");
const JITI = join(ROOT, "node_modules/jiti/lib/jiti-cli.mjs");
const BOOTSTRAP = join(ROOT, "scripts/bootstrap.mjs");

const run = promisify(execFile);

test("the demo shows three runners, a killed one and its recovery, and leaves nothing behind", async () => {
  const temporary = mkdtempSync(join(tmpdir(), "lockstep-demo-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  // As root the server runs as another user, who has to get in.
  chmodSync(temporary, 0o755);
  const { stdout, stderr } = await run(process.execPath, [JITI, "scripts/demo.ts"], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary, JITI_FS_CACHE: "false", NO_COLOR: "1" },
    timeout: 90_000,
  });

  expect(stderr).toBe("");
  expect(stdout).toMatch(/[ABC] +gets the lock/);
  expect(stdout).toMatch(/[ABC] +waits for the lock/);
  expect(stdout).toMatch(/0005_order_channel stands back: report holds a lock it needs/);
  expect(stdout).toMatch(/[ABC] +is killed with SIGKILL in the middle of the index build/);
  expect(stdout).toMatch(/recovers 0006_orders_by_customer/);
  expect(stdout.match(/ends with exit code 0/g)).toHaveLength(2);
  expect(stdout).toMatch(/migrations applied +12\n/);
  expect(stdout).toMatch(/applied twice +0\n/);
  expect(stdout).toMatch(/invalid indexes +0\n/);
  expect(stdout).toMatch(/steps left open +0\n/);
  expect(stdout).toMatch(/queries of the shop +\d{3,}, failed: 0\n/);
  expect(stdout).toContain("Try it yourself");
  expect(readdirSync(temporary)).toEqual([]);
  const port = Number(/running on port (\d+)/.exec(stdout)?.[1]);
  expect(await isTaken(port)).toBe(false);
});

test("the bootstrap refuses what it does not know", async () => {
  await expect(run(process.execPath, [BOOTSTRAP, "deploy"])).rejects.toMatchObject({ code: 64 });
});
