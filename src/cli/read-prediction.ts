/** `--stats` and `--max-block`: what a trace predicts from, and what it may come to. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Failure } from "../failures/failure.ts";
import { readStats, type Stats } from "../trace/stats-file.ts";
import type { CliContext } from "./context.ts";
import type { PredictionFlags } from "./flags.ts";

export interface PredictionInput {
  readonly stats?: Stats;
  readonly maxBlockMs?: number;
}

export function readPrediction(
  { cwd }: CliContext,
  { stats, maxBlock }: PredictionFlags,
): PredictionInput {
  if (stats === undefined) {
    if (maxBlock === undefined) return {};
    throw new Failure({
      class: "usage",
      what: "`--max-block` needs to know how big the tables are, and `--stats` is not given.",
      action: "Make the file with `lockstep stats --url … > stats.json`, and give it.",
    });
  }
  return {
    stats: readStats(textOf(resolve(cwd, stats), stats), stats),
    ...(maxBlock !== undefined && { maxBlockMs: maxBlock }),
  };
}

function textOf(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure({
      class: "usage",
      what: `\`${shown}\` cannot be read: ${(error as Error).message}`,
      action: "Make it with `lockstep stats --url … > stats.json`.",
      cause: error,
    });
  }
}
