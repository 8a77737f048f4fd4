/**
 * `npm run demo`: three runners start at once against one database while an application uses it,
 * a report holds up an ALTER TABLE, and one runner is killed in the middle of an index build.
 * Everything is real: the server, the built command, the signals. Nothing is left behind but the
 * cache of server binaries.
 */
import { Client } from "pg";
import type { RunEvent } from "../src/runner/events.ts";
import { createSandbox } from "../src/sandbox/sandbox.ts";
import {
  connect,
  openTransaction,
  startApplication,
  type Application,
} from "./demo/application.ts";
import { startRunner, type Runner } from "./demo/runner.ts";
import { elapsedSeconds, facts, happened, heading, say } from "./demo/stage.ts";
import { report } from "./demo/summary.ts";

const REPORT_MS = 3_000;
const DEADLINE_MS = 60_000;

async function main(): Promise<number> {
  say("Lockstep demo: three runners, one database, an application that goes on working");
  say();
  await using sandbox = await createSandbox({ version: 18, settings: { max_connections: "60" } });
  const url = await sandbox.database("shop");
  happened("server", `a throw-away PostgreSQL 18 is running on port ${sandbox.server.port}`);

  const first = startRunner("first", url, ["--to", "0004"], () => undefined);
  const base = await first.done;
  if (base.code !== 0) throw new Error(base.stderr);
  happened("first", "`lockstep up --to 0004` made the tables and imported 60 000 orders");

  const admin = await connect(url, "demo");
  let application: Application | undefined;
  try {
    application = await startApplication(url);
    happened("shop", "two readers and two writers use `orders`, each every 5 ms");
    const runners = await play(url, admin);
    const felt = await application.stop();
    application = undefined;
    return await report(admin, runners, felt);
  } finally {
    await application?.stop();
    await admin.end();
  }
}

/** Three runners, from their start to their end. */
async function play(url: string, admin: Client): Promise<readonly Runner[]> {
  const exporting = await openTransaction(url, "export", "select count(*) from products");
  const reporting = await openTransaction(url, "report", "select count(*) from orders");
  happened(
    "report",
    `has read \`orders\` and keeps its transaction open for ${REPORT_MS / 1000} s`,
  );
  const reportEnds = setTimeout(() => {
    happened("report", "ends");
    void reporting.end();
  }, REPORT_MS);

  // The index build waits for every older snapshot, so the export keeps it in the middle of its work.
  let killing: Promise<void> | undefined;
  const onEvent = (event: RunEvent, runner: Runner): void => {
    tell(event, runner);
    if (event.event !== "step-started" || killing !== undefined) return;
    killing = killInTheMiddle(admin, runner).then(() => exporting.end());
  };
  happened("A B C", "three processes of `lockstep up` start at the same moment");
  const runners = ["A", "B", "C"].map((name) => startRunner(name, url, [], onEvent));
  const late = setTimeout(() => runners.forEach((runner) => runner.kill()), DEADLINE_MS);
  try {
    for (const runner of runners) {
      const { code, signal, stderr } = await runner.done;
      if (signal === null) happened(runner.name, `ends with exit code ${code}`);
      if (stderr !== "") say(stderr);
    }
    if (killing === undefined) await exporting.end();
    await killing;
  } finally {
    clearTimeout(late);
    clearTimeout(reportEnds);
  }
  return runners;
}

async function killInTheMiddle(admin: Client, runner: Runner): Promise<void> {
  const building = await until("the index build to be under way", async () => {
    const { rows } = await admin.query<{ pid: number; phase: string }>(
      "select pid, phase from pg_stat_progress_create_index where phase like 'waiting for old%'",
    );
    return rows[0];
  });
  runner.kill();
  happened(runner.name, `is killed with SIGKILL in the middle of the index build`);
  await until("the server to notice", async () => {
    const { rowCount } = await admin.query("select from pg_stat_activity where pid = $1", [
      building.pid,
    ]);
    return rowCount === 0;
  });
  const { rows } = await admin.query<{ name: string }>(
    "select indexrelid::regclass::text as name from pg_index where not indisvalid",
  );
  const left = rows.map(({ name }) => `\`${name}\``).join(", ");
  happened("server", `noticed it and freed the lock; left behind: an INVALID index ${left}`);
}

/** The events that tell the story. */
function tell(event: RunEvent, { name }: Runner): void {
  switch (event.event) {
    case "lock-acquired":
      return happened(name, "gets the lock");
    case "waiting-for-lock":
      return happened(name, `waits for the lock, held by pid ${event.holder?.pid ?? "?"}`);
    case "blocked": {
      const [blocker] = event.blockers;
      const who = blocker?.application ?? `pid ${blocker?.pid}`;
      return happened(name, `${event.migration} stands back: ${who} holds a lock it needs`);
    }
    case "stepped-back":
      return happened(name, `${event.migration} steps back: others began to wait behind it`);
    case "recovering":
      return happened(name, `recovers ${event.migration}: ${event.detail}`);
    case "migration-applied":
      return happened(name, `applied ${event.migration} (${event.durationMs} ms)`);
    case "run-finished":
      if (event.outcome === "nothing-to-do") happened(name, "finds nothing left to do");
      return;
    default:
      return;
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

process.exitCode = await main();
say(`The demo took ${elapsedSeconds().toFixed(0)} s; its server and its data are gone.`);
heading("Try it yourself");
facts([
  ["lockstep init", "a folder and a configuration in your project"],
  ["lockstep dev", "a PostgreSQL for your project, without an installation"],
  ["lockstep plan", "what `up` would do and which locks it would take"],
  ["examples/shop", "the migrations that ran here"],
]);
