/**
 * H: a hundred gates wait while a migration works. How many connections they hold meanwhile, how
 * long after the end of the run the last of them opens, and what one gate costs a pod that need not
 * wait at all.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { runSql } from "../../src/postgres/admin.ts";
import { startServer } from "../../src/sandbox/server.ts";
import { connect } from "../../test/support/database.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
import { lockstep } from "../contenders/lockstep.ts";
import { tables, writeMigrations } from "../fixtures.ts";
import { interleave, named } from "../interleave.ts";
import { measure } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { LOCKSTEP, ROOT, workFolder } from "../work.ts";

const GATES = 100;
const PROCESSES = 4;
const APPLIED = 200;
const ALLOWED = [300, 100, 20];

interface Crowd {
  readonly allowed: number;
  readonly most: number;
  readonly medianMs: number;
  readonly lastMs: number;
  readonly runMs: number;
}

export async function gates(options: {
  readonly rounds: number;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { rounds, progress } = options;
  const folder = await workFolder("gates");
  const migrations = join(folder, "migrations");
  const history = tables(APPLIED);
  await writeMigrations(migrations, history);
  const crowds: Crowd[] = [];
  let one: readonly string[] = [];
  let pending = 0;
  for (const allowed of ALLOWED) {
    await using server = await startServer({ settings: { max_connections: String(allowed) } });
    const url = server.url();
    await measure(lockstep.command(folder, url));
    if (one.length === 0) one = await alone(folder, url, rounds, progress);
    const found: Crowd[] = [];
    for (let round = 0; round < rounds; round += 1) {
      progress(`${allowed} connections, round ${round + 1} of ${rounds}`);
      found.push(await crowd(folder, url, allowed, pending++));
    }
    const worst = (key: keyof Crowd): number => Math.max(...found.map((each) => each[key]));
    crowds.push({
      allowed,
      most: worst("most"),
      medianMs: worst("medianMs"),
      lastMs: worst("lastMs"),
      runMs: worst("runMs"),
    });
  }
  const roomy = crowds[0]!;
  return {
    title: `H. ${GATES} gates wait for one migration, ${APPLIED} applied`,
    lines: [
      verdict("connections of all gates at once", roomy.most, 100).replace(".00", ""),
      verdict("after the end of the run until the last has opened", roomy.lastMs, 1000, " ms"),
      "",
      ...table(
        ["max_connections", "gates' connections, most", "half open, ms", "all open, ms", "run, ms"],
        crowds.map((each) =>
          [each.allowed, each.most, each.medianMs, each.lastMs, each.runMs].map((value) =>
            value.toFixed(0),
          ),
        ),
      ),
      "",
      `The worst of ${rounds} rounds. The run is a pause of 3 s in a file, from exec to exit.`,
      "",
      ...one,
    ],
  };
}

/** Each round applies another pending file, for which all gates wait. */
async function crowd(folder: string, url: string, allowed: number, number: number): Promise<Crowd> {
  const migrations = join(folder, "migrations");
  const version = String(29_990_101_000_000 + number);
  await writeMigrations(migrations, [
    { version, name: "slow", sql: "select pg_catalog.pg_sleep(3);\n" },
  ]);
  const admin = await connect(url, "bench observer");
  const peak = watch(admin);
  let waiters: readonly Started[] = [];
  try {
    waiters = Array.from({ length: PROCESSES }, () =>
      start([join(ROOT, "dist/index.js"), url, migrations, String(GATES / PROCESSES)]),
    );
    const lines = (): string[] => waiters.flatMap(({ output }) => output().split("\n"));
    // Where there are fewer slots than gates, not everybody has looked by then.
    const seated = allowed > GATES ? GATES : GATES / 2;
    await waitUntil(() => lines().filter((line) => line === "waiting").length >= seated, {
      what: "the gates to have looked",
      deadlineMs: 60_000,
    });
    const { wallMs } = await measure(lockstep.command(folder, url));
    const { rows } = await admin.query<{ ended: Date }>(
      "select finished_at as ended from lockstep.runs order by started_at desc limit 1",
    );
    await Promise.all(waiters.map(({ done }) => done));
    const after = lines()
      .flatMap((line) => /^passed (\d+)$/.exec(line)?.[1] ?? [])
      .map((at) => Number(at) - rows[0]!.ended.getTime())
      .toSorted((a, b) => a - b);
    if (after.length !== GATES) throw new Error(`${after.length} of ${GATES} gates have opened`);
    return {
      allowed,
      most: await peak(),
      medianMs: after[GATES / 2]!,
      lastMs: after.at(-1)!,
      runMs: wallMs,
    };
  } finally {
    await peak();
    await admin.end();
    for (const { stop } of waiters) stop();
  }
}

/** What a pod pays that need not wait, beside what `up` costs it. */
async function alone(
  folder: string,
  url: string,
  rounds: number,
  progress: (text: string) => void,
): Promise<readonly string[]> {
  const env = { DATABASE_URL: url };
  const gate = { argv: [process.execPath, LOCKSTEP, "gate"], cwd: folder, env };
  await runSql(url, "analyze");
  const rows = await interleave(
    [
      { label: "lockstep gate", run: () => measure(gate) },
      { label: lockstep.label, run: () => measure(lockstep.command(folder, url)) },
    ],
    rounds * 5,
    progress,
  );
  const base = named(rows, lockstep.label);
  return table(
    ["nothing missing", "CPU ms", "x up", "wall ms"],
    rows.map(({ label, cpuMs, wallMs }) => [
      label,
      cpuMs.toFixed(0),
      (cpuMs / base.cpuMs).toFixed(2),
      wallMs.toFixed(0),
    ]),
  );
}

interface Started {
  readonly done: Promise<void>;
  output(): string;
  stop(): void;
}

function start(args: readonly string[]): Started {
  const script = join(import.meta.dirname, "../gate-waiters.mjs");
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const done = new Promise<void>((resolve, reject) => {
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))));
  });
  done.catch(() => {});
  return { output: () => text, done, stop: () => void child.kill() };
}

/** Who is connected, every 10 ms. The run's own sessions are told apart at the end, by its id. */
function watch(admin: Awaited<ReturnType<typeof connect>>): () => Promise<number> {
  const samples: string[][] = [];
  let on = true;
  const watching = (async () => {
    while (on) {
      const { rows } = await admin.query<{ name: string }>(
        "select a.application_name as name from pg_catalog.pg_stat_activity a where a.application_name like 'lockstep %'",
      );
      samples.push(rows.map(({ name }) => name.slice(9, 17)));
      await pause(10);
    }
  })();
  return async () => {
    on = false;
    await watching;
    const { rows } = await admin.query<{ id: string }>(
      "select pg_catalog.left(id::text, 8) as id from lockstep.runs",
    );
    const runs = new Set(rows.map(({ id }) => id));
    return Math.max(...samples.map((names) => names.filter((name) => !runs.has(name)).length));
  };
}
