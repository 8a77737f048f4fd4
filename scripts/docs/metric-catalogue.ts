/** docs/metric-catalogue.md, from the table of metrics. */
import {
  METRIC_IDS,
  metricName,
  METRICS,
  PLACE_LABELS,
} from "../../src/telemetry/metric-catalogue.ts";
import { pageHead, prose, table } from "./markdown.ts";

const WHEN = {
  running: "also while a run is under way",
  end: "at the end of a run",
  success: "at the end of a run that ended well",
} as const;

export function renderMetricCataloguePage(): string {
  const rows = METRIC_IDS.map((id) => {
    const { labels, help, when } = METRICS[id];
    return [`\`${metricName(id)}\``, names(labels), prose(help), WHEN[when]];
  });
  return (
    [
      pageHead("Metric catalogue"),
      "Every metric of a run; [metrics, traces and logs](metrics.md) says how to get them. All are gauges, " +
        "because a run is a process of its own and counts from 0. Names and labels are not renamed or " +
        "removed; labels never hold text of SQL, names of relations or messages.",
      `Each sample also has ${names(PLACE_LABELS)}.`,
      table(["Metric", "Labels", "Meaning", "When"], rows),
      "`failure_class` is a [failure class](failures.md), `exit_code` an [exit code](exit-codes.md).",
    ].join("\n\n") + "\n"
  );
}

function names(labels: readonly string[]): string {
  return labels.map((label) => `\`${label}\``).join(", ");
}
