import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runSql } from "../src/postgres/admin.ts";
import { findBinaries, installedBinaries } from "../src/sandbox/binaries.ts";
import { devServer } from "../src/sandbox/dev-server.ts";
import { hydrate } from "../src/sandbox/hydrate.ts";
import { isAlive } from "../src/sandbox/postmaster.ts";
import { createSandbox } from "../src/sandbox/sandbox.ts";
import { startServer } from "../src/sandbox/server.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandbox-test-"));
  // The server's user must be able to get in when the tests run as root.
  await chmod(folder, 0o755);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe("a server", () => {
  test.each(installedBinaries().map((one) => one.major))(
    "of version %i starts, answers and leaves nothing behind",
    async (version) => {
      const server = await startServer({ version, settings: { work_mem: "7MB" } });
      const { pid, socketDir } = server;
      const [rows] = await runSql(
        server.url(),
        `select current_setting('server_version_num')::int / 10000 as major,
                current_setting('fsync') as fsync, current_setting('work_mem') as work_mem,
                current_setting('server_encoding') as encoding`,
      );
      expect(rows).toEqual([{ major: version, fsync: "off", work_mem: "7MB", encoding: "UTF8" }]);
      await server.close();
      expect(isAlive(pid!)).toBe(false);
      expect(existsSync(socketDir)).toBe(false);
    },
  );

  test("keeps its data and its address over stop, start and a kill", async () => {
    await using server = await startServer();
    const { port } = server;
    await runSql(server.url(), "create table kept (id int)", "insert into kept values (1)");

    await server.stop();
    expect(server.pid).toBeUndefined();
    await expect(runSql(server.url(), "select 1")).rejects.toThrow("ECONNREFUSED");
    await server.start();
    await runSql(server.url(), "insert into kept values (2)");

    await server.kill();
    expect(server.pid).toBeUndefined();
    await server.start();
    expect(server.port).toBe(port);
    const [rows] = await runSql(server.url(), "select count(*)::int as n from kept");
    expect(rows).toEqual([{ n: 2 }]);
  });

  test("obeys alter system, because our own settings are weaker", async () => {
    await using server = await startServer({ settings: { work_mem: "5MB" } });
    await runSql(server.url(), "alter system set work_mem = '9MB'");
    await server.restart();
    const [rows] = await runSql(server.url(), "show work_mem");
    expect(rows).toEqual([{ work_mem: "9MB" }]);
  });

  test("that cannot start says what its log says and leaves nothing behind", async () => {
    vi.stubEnv("TMPDIR", folder);
    const starting = startServer({ durable: true, settings: { no_such_setting: "1" } });
    await expect(starting).rejects.toMatchObject({
      notes: expect.arrayContaining([expect.stringContaining("no_such_setting")]),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("at a given port that is taken does not start elsewhere", async () => {
    await using first = await startServer();
    await expect(startServer({ port: first.port })).rejects.toThrow("does not start");
  });

  test("with a data folder of the caller's keeps it, shut down cleanly", async () => {
    const dataDir = join(folder, "data");
    const first = await startServer({ dataDir });
    await runSql(first.url(), "create table kept (id int)");
    await first.close();
    await using second = await startServer({ dataDir });
    await expect(runSql(second.url(), "table kept")).resolves.toEqual([[]]);
  });
});

describe("the binaries", () => {
  test("that are not installed are named with the command that installs them", () => {
    expect(() => findBinaries(13 as never)).toThrow("No PostgreSQL 13 binaries");
  });

  test("are hydrated once by several at the same time, and again when a file went missing", async () => {
    vi.stubEnv("LOCKSTEP_CACHE", join(folder, "cache"));
    const binaries = findBinaries();
    const homes = await Promise.all([1, 2, 3].map(() => hydrate(binaries)));
    expect(new Set(homes).size).toBe(1);
    const home = homes[0]!;
    const library = (await readdir(join(home, "lib"))).find((name) => name.startsWith("libpq.so"));
    await unlink(join(home, "lib", library!));
    expect(await hydrate(binaries)).toBe(home);
    expect(existsSync(join(home, "lib", library!))).toBe(true);
    // No half-made or damaged folder stays.
    expect(await readdir(dirname(home))).toHaveLength(1);
    await using server = await startServer();
    await runSql(server.url(), "select 1");
  });
});

describe("a sandbox", () => {
  test("fills a template once and clones it as often as it is asked", async () => {
    await using sandbox = await createSandbox();
    let filled = 0;
    const fill = async (url: string): Promise<void> => {
      filled++;
      await runSql(url, "create table seed as select 42 as answer");
    };
    const [template] = await Promise.all([
      sandbox.template("seed", fill),
      sandbox.template("seed", fill),
    ]);
    const urls = await Promise.all([1, 2, 3].map(() => sandbox.database(undefined, { template })));
    for (const url of urls)
      await expect(runSql(url, "table seed")).resolves.toEqual([[{ answer: 42 }]]);
    expect(new Set(urls).size).toBe(3);
    expect(filled).toBe(1);
  });

  test("forgets a template whose filling failed", async () => {
    await using sandbox = await createSandbox();
    const failing = sandbox.template("k", () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    await expect(sandbox.template("k", async () => undefined)).resolves.toMatch(/^template_/);
  });
});

describe("a development server", () => {
  test("keeps data and address in the project, and is found while it runs", async () => {
    const first = await devServer(folder);
    if (first.kind !== "started") throw new Error("expected to start it");
    await runSql(first.url, "create table kept (id int)");
    const again = await devServer(folder);
    expect(again).toEqual({ kind: "already-running", url: first.url, pid: first.server.pid });
    await first.server.close();

    const second = await devServer(folder);
    if (second.kind !== "started") throw new Error("expected to start it");
    await using _server = second.server;
    expect(second.url).toBe(first.url);
    await expect(runSql(second.url, "table kept")).resolves.toEqual([[]]);
  });
});

test("two development servers that start at once become one", async () => {
  const both = await Promise.all([devServer(folder), devServer(folder)]);
  const started = both.find((one) => one.kind === "started");
  await using _server = started!.server;
  expect(both.map((one) => one.kind).toSorted()).toEqual(["already-running", "started"]);
  expect(both[0].url).toBe(both[1].url);
});
