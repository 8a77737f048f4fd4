/**
 * The text format of Prometheus, version 0.0.4. Written by hand: prom-client would keep a second copy
 * of every value in a registry, and does not encode grouping values of a Pushgateway.
 */
import type { Sample } from "./collect.ts";
import { METRIC_IDS, metricName, METRICS } from "./metric-catalogue.ts";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** `extra` labels are added to every sample; empty values are left out, which is the same there. */
export function renderExposition(
  samples: readonly Sample[],
  extra: Readonly<Record<string, string>> = {},
): string {
  const lines: string[] = [];
  for (const id of METRIC_IDS) {
    const mine = samples.filter(({ metric }) => metric === id);
    if (mine.length === 0) continue;
    const name = metricName(id);
    lines.push(`# HELP ${name} ${METRICS[id].help.replaceAll("\\", "\\\\")}`);
    lines.push(`# TYPE ${name} gauge`);
    for (const { labels, value } of mine) {
      lines.push(`${name}${renderLabels({ ...extra, ...labels })} ${value}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

export function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
