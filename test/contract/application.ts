/** A release of an application as a real process that uses the built library, as a pod would. */
import { join } from "node:path";
import { startCli, type RunningCli } from "../support/cli.ts";
import { historySchema } from "../support/elsewhere.ts";
import type { Project } from "../support/project.ts";

const ROOT = join(import.meta.dirname, "../..");

const SOURCE = `
import pg from ${JSON.stringify(join(ROOT, "node_modules/pg/esm/index.mjs"))};
import { heartbeat } from ${JSON.stringify(join(ROOT, "dist/index.js"))};

const { DATABASE_URL, RELEASE, INTERVAL, LOCKSTEP_HISTORY_SCHEMA: historySchema } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2, application_name: "test shop" });
pool.on("error", () => {});
const { stop } = await heartbeat(pool, {
  ...(historySchema && { historySchema }),
  ...(RELEASE && { release: RELEASE }),
  intervalMs: Number(INTERVAL),
  onError: (failure) => console.log("failure: " + failure.what),
});
process.once("SIGTERM", async () => {
  await stop();
  await pool.end();
});
console.log("serving");
// The pool keeps a process alive for ten seconds only; the heartbeat never does.
const serving = setInterval(() => {}, 1000);
process.once("SIGTERM", () => clearInterval(serving));
`;

export interface ApplicationOptions {
  readonly url: string;
  readonly release: string;
  /** Milliseconds; by default the library's own. */
  readonly intervalMs?: number;
}

/** Runs in the folder of the project, whose \`migrations\` it ships; ready when its row is there. */
export async function startApplication(
  app: Project,
  { url, release, intervalMs = 15_000 }: ApplicationOptions,
): Promise<RunningCli> {
  const main = await app.write("server.mjs", SOURCE);
  const env = {
    RELEASE: release,
    INTERVAL: String(intervalMs),
    LOCKSTEP_HISTORY_SCHEMA: historySchema,
  };
  const running = startCli([], { cwd: app.dir, url, env, main });
  await running.waitForOutput(/serving/);
  return running;
}
