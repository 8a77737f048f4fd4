/**
 * unseen.json: what lint said about the set `unseen` when it was compared with it for the first time.
 * It is never written again: what lint learns from the set shows in today's figures.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Figures } from "./compare.ts";

/** By major version. */
export function readFirstLook(): ReadonlyMap<number, Figures> {
  const text = readFileSync(join(import.meta.dirname, "unseen.json"), "utf8");
  const figures = JSON.parse(text) as Record<string, Figures>;
  return new Map(Object.entries(figures).map(([major, one]) => [Number(major), one]));
}
