import { createRequire } from "node:module";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { startCli } from "./cli.ts";
import { connect, freshDatabase, type TestDatabase } from "./database.ts";
import { accepts, skipWithoutPgBouncer, startPgBouncer, type PgBouncer } from "./pgbouncer.ts";
import { sharedServer } from "./postgres.ts";
import { project } from "./project.ts";
import { waitUntil } from "./wait-until.ts";

describe.skipIf(skipWithoutPgBouncer() !== undefined)("PgBouncer", () => {
  let db: TestDatabase;
  let bouncer: PgBouncer | undefined;

  beforeAll(async () => void (db = await freshDatabase()));
  afterEach(async () => {
    await bouncer?.stop();
    bouncer = undefined;
  });
  afterAll(() => db.drop());

  async function start(more: Partial<Parameters<typeof startPgBouncer>[0]>): Promise<PgBouncer> {
    const { host, port } = sharedServer();
    const basics = { host, port, database: db.name, poolMode: "transaction", poolSize: 1 } as const;
    return (bouncer = await startPgBouncer({ ...basics, ...more }));
  }
  async function backend(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return rows[0]?.pid ?? -1;
  }

  test("in transaction mode two clients share one backend", async () => {
    const { url } = await start({});
    const clients = [await connect(url(), "one"), await connect(url(), "two")] as const;
    const pids = [await backend(clients[0]), await backend(clients[1])];
    expect(pids[0]).toBe(pids[1]);
    // The sign by which a pooled connection is recognised.
    const claimed = (clients[0] as unknown as { processID: number }).processID;
    expect(claimed).not.toBe(pids[0]);
    for (const client of clients) await client.end();
  });

  test("in session mode a client keeps its backend, and a full pool makes others wait", async () => {
    const { url } = await start({ poolMode: "session", queryWaitTimeout: 1 });
    const first = await connect(url(), "one");
    await backend(first);
    await expect(connect(url(), "two").then((second) => backend(second))).rejects.toThrow(
      /query_wait_timeout|terminated/,
    );
    await first.end();
  });

  test("every database is reachable, as every listed user", async () => {
    await db.admin.query("create role test_bouncer login password 'quo\"te'");
    const { url } = await start({ users: { postgres: "", test_bouncer: 'quo"te' } });
    const client = await connect(url("postgres", "test_bouncer"), "one");
    const { rows } = await client.query("select current_user as u, current_database() as d");
    expect(rows).toEqual([{ u: "test_bouncer", d: "postgres" }]);
    await client.end();
    await bouncer?.stop();
    await db.admin.query("drop role test_bouncer");
    expect(() => url("postgres", "nobody")).toThrow("without the user nobody");
  });

  test("the console is open to the administrator, and settings are taken", async () => {
    const { adminUrl, url } = await start({ maxClientConn: 2 });
    const console = await connect(adminUrl, "console");
    const { rows } = await console.query("show config");
    const value = (key: string): unknown => rows.find((row) => row.key === key)?.value;
    expect([value("max_client_conn"), value("pool_mode")]).toEqual(["2", "transaction"]);
    const one = await connect(url(), "one");
    await expect(connect(url(), "two")).rejects.toThrow(/no more connections allowed/);
    await one.end();
    await console.end();
  });

  test("a setting that is none is reported with the log", async () => {
    await expect(start({ settings: { no_such_setting: "1" } })).rejects.toThrow(
      /does not start[^]*no_such_setting/,
    );
  });

  test("it ends with the process that started it, even when that is killed", async () => {
    const { dir, write } = await project();
    const options = { host: "127.0.0.1", port: 1, database: "x", poolMode: "session", poolSize: 1 };
    const main = await write(
      "main.mjs",
      `import jiti from ${JSON.stringify(createRequire(import.meta.url).resolve("jiti"))};
      const here = jiti.createJiti(import.meta.url, { fsCache: false });
      const { startPgBouncer } = await here.import("${import.meta.dirname}/pgbouncer.ts");
      const { port } = await startPgBouncer(${JSON.stringify(options)});
      console.log("listens on " + port);
      setInterval(() => {}, 1000);`,
    );
    const running = startCli([], { cwd: dir, main });
    const [, port] = await running.waitForOutput(/listens on (\d+)/);
    await expect(accepts(Number(port))).resolves.toBe(true);
    running.kill("SIGKILL");
    await running.done;
    await waitUntil(async () => !(await accepts(Number(port))), { what: "PgBouncer to end" });
  });
});
