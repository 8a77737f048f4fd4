/** B: a link of 20 ms round trip. Counted by a proxy that reads the protocol, and by the clock. */
import { runSql } from "../../src/postgres/admin.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { startProxy, type Proxy } from "../../test/support/proxy.ts";
import type { Script } from "../bundle.ts";
import { lockstep } from "../contenders/lockstep.ts";
import { halfAlters } from "../fixtures.ts";
import { measure, type Command } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { workFolder } from "../work.ts";

const LINK_MS = 20;
const MIGRATIONS = 50;
/** Everything that is not a migration: two sessions, lock, history, the run's row. */
const CONSTANT = 8;
const ROUNDS = 3;

interface Counted {
  readonly label: string;
  /** Of each connection, in the order in which they were opened. */
  readonly perConnection: readonly number[];
  /** Wall time on the slow link less wall time without it, in round trips. */
  readonly waited: number;
}

export async function roundTrips(options: {
  readonly sandbox: Sandbox;
  readonly script: Script;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { sandbox, script, progress } = options;
  const proxy = await startProxy({ target: { host: "127.0.0.1", port: sandbox.server.port } });
  try {
    const folder = await workFolder("round-trips");
    await lockstep.write(folder, halfAlters(MIGRATIONS));
    const fresh = (url: string): Command => lockstep.command(folder, url);
    const counted: Counted[] = [];
    progress("connect and one query");
    counted.push(
      await count("connect, `select 1` (pg script)", sandbox, proxy, (url) => ({
        argv: [process.execPath, script("one-query-lean")],
        env: { DATABASE_URL: url },
      })),
    );
    progress(`${MIGRATIONS} migrations, empty database`);
    counted.push(await count("`up`, first run: history is created", sandbox, proxy, fresh));
    progress(`${MIGRATIONS} migrations, history exists`);
    const prepared = await sandbox.template("round-trips", async (url) => {
      const empty = await workFolder("round-trips-first");
      await lockstep.write(empty, [{ version: "1", name: "first", sql: "select 1;\n" }]);
      await measure(lockstep.command(empty, url));
      // The run must find its first migration among its files.
      await lockstep.write(folder, [{ version: "1", name: "first", sql: "select 1;\n" }]);
    });
    counted.push(await count("`up`, history exists", sandbox, proxy, fresh, prepared));
    progress("nothing pending");
    const applied = await sandbox.template("round-trips-applied", async (url) => {
      await measure(fresh(url));
    });
    counted.push(await count("`up`, nothing pending", sandbox, proxy, fresh, applied));
    return section(counted);
  } finally {
    await proxy.close();
  }
}

async function count(
  label: string,
  sandbox: Sandbox,
  proxy: Proxy,
  command: (url: string) => Command,
  template?: string,
): Promise<Counted> {
  const wall: Record<number, number> = { 0: Infinity, [LINK_MS]: Infinity };
  let perConnection: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const latency of [0, LINK_MS]) {
      const url = await sandbox.database(undefined, template === undefined ? {} : { template });
      await runSql(sandbox.url(), "checkpoint");
      proxy.latency(latency);
      proxy.resetStats();
      const { wallMs } = await measure(command(proxy.url(url)));
      wall[latency] = Math.min(wall[latency] ?? Infinity, wallMs);
      if (latency > 0) perConnection = sessionsOf(proxy);
      await sandbox.dropDatabase(new URL(url).pathname.slice(1));
    }
  }
  return { label, perConnection, waited: (wall[LINK_MS]! - wall[0]!) / LINK_MS };
}

/** Without the question for TLS, which is answered with no on a connection of its own. */
function sessionsOf(proxy: Proxy): readonly number[] {
  return proxy
    .stats()
    .perConnection.filter((one) => one.frontendMessages["startup"])
    .map((one) => one.roundTrips);
}

function section(counted: readonly Counted[]): Section {
  const limit = MIGRATIONS + CONSTANT;
  const verdicts = counted
    .slice(1, 3)
    .flatMap(({ label, perConnection, waited }) => [
      verdict(`${label}: round trips of the work session`, perConnection[0] ?? Infinity, limit),
      verdict(`${label}: by the clock`, waited, limit),
    ]);
  return {
    title: `B. ${MIGRATIONS} migrations over a link of ${LINK_MS} ms round trip`,
    lines: [
      ...verdicts,
      "",
      ...table(
        ["", "work session", "observer", "by the clock"],
        counted.map(({ label, perConnection, waited }) => [
          label,
          String(perConnection[0] ?? ""),
          String(perConnection[1] ?? ""),
          waited.toFixed(1),
        ]),
      ),
      "",
      "Half of the migrations are ALTERs of a table that exists. Starting the session is counted",
      "(one round trip here: no password; TCP's own handshake is not in it). The first session of",
      "`up` asks for TLS before that, as libpq does: one more, which only the clock sees. *By the clock*",
      "is the wall time on this link less the wall time without it, in round trips: what both",
      "sessions wait for one after the other. The rest of the observer's travel in parallel.",
    ],
  };
}
