/** The server of docs/gate.md, as it stands there, as a process of its own. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { freePort } from "../../src/sandbox/ports.ts";
import { onTestEnd } from "../support/cleanup.ts";
import { runCli } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";

const ROOT = join(import.meta.dirname, "../..");

test("the readiness probe of docs/gate.md runs", async () => {
  const page = readFileSync(join(ROOT, "docs/gate.md"), "utf8");
  const [, example = ""] = /^```ts run\n([^]*?)^```$/m.exec(page) ?? [];
  const at = (file: string): string => JSON.stringify(pathToFileURL(file).href);
  const script = example
    .replace('"lockstep"', at(join(ROOT, "dist/index.js")))
    .replace('"pg"', at(createRequire(import.meta.url).resolve("pg")));

  await using db = await freshDatabase();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);", "server.mjs": script },
  });
  const port = await freePort();
  const child = spawn(process.execPath, ["server.mjs"], {
    cwd: app.dir,
    env: { PATH: process.env["PATH"], DATABASE_URL: db.url, PORT: String(port) },
    stdio: "inherit",
  });
  onTestEnd(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const probe = (): Promise<Response | undefined> =>
    fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);

  await waitUntil(async () => (await probe()) !== undefined, { what: "the server to listen" });
  const early = (await probe())!;
  expect(early.status).toBe(503);
  expect(await early.json()).toMatchObject({ ready: false, missing: ["1_a"] });
  expect(await runCli(["up"], { cwd: app.dir, url: db.url })).toMatchObject({ code: 0 });
  await waitUntil(async () => (await probe())?.status === 200, { what: "the server to be ready" });
  expect(await (await probe())!.json()).toEqual({ ready: true, current: "1" });
  child.kill("SIGTERM");
  await ended;
  await expectNoLeftovers(db);
});
