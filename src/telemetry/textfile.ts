/**
 * A file for the textfile collector of node_exporter, for runs on machines that have one.
 *
 * X1. A reader sees the old file or the new one, never a part: it is written beside and renamed.
 * X2. The time of the last success is carried over from the old file when a run fails.
 */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import type { Sample } from "./collect.ts";
import { renderExposition, renderLabels } from "./exposition.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { metricName } from "./metric-catalogue.ts";
import { createRecorder } from "./recorder.ts";

const LAST_SUCCESS = "last_success_timestamp_seconds";

/** `path` is the file, or a folder in which each database gets its own. */
export function openTextfile(path: string, place: RunPlace): RunSink {
  const labels = {
    database: place.database,
    cluster: place.cluster,
    schema: place.historySchema,
  };
  const recorder = createRecorder();
  const write = async (samples: readonly Sample[]): Promise<void> => {
    const file = await fileFor(path, place);
    const kept = await keptSuccess(file, samples, labels);
    await replace(file, renderExposition([...samples, ...kept], labels));
  };
  const heartbeat = startHeartbeat(() => write(recorder.now()));
  return {
    name: "textfile",
    onEvent(event) {
      recorder.take(event);
      heartbeat.onEvent(event);
    },
    async close(budgetMs) {
      await heartbeat.stop(budgetMs / 2);
      await write(recorder.end().samples);
    },
  };
}

async function fileFor(
  path: string,
  { cluster, database, historySchema }: RunPlace,
): Promise<string> {
  const isFolder = path.endsWith("/") || (await stat(path).catch(() => undefined))?.isDirectory();
  if (!isFolder) return path;
  const parts = ["lockstep", cluster, database, historySchema].filter((part) => part !== "");
  return join(path, `${parts.join("-").replaceAll(/[^\w.-]/g, "_")}.prom`);
}

/** X2. */
async function keptSuccess(
  file: string,
  samples: readonly Sample[],
  labels: Readonly<Record<string, string>>,
): Promise<Sample[]> {
  if (samples.some(({ metric }) => metric === LAST_SUCCESS)) return [];
  const before = await readFile(file, "utf8").catch(() => "");
  const start = `${metricName(LAST_SUCCESS)}${renderLabels(labels)} `;
  const line = before.split("\n").find((one) => one.startsWith(start));
  const value = Number(line?.slice(start.length));
  return line === undefined || !Number.isFinite(value)
    ? []
    : [{ metric: LAST_SUCCESS, labels: {}, value }];
}

/** X1; the collector runs as another user and must be able to read it. */
async function replace(file: string, text: string): Promise<void> {
  // Not `.prom`, so that the collector does not read it in between.
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(draft, text, { mode: 0o644 });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
