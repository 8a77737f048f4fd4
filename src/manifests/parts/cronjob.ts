/** A CronJob that applies contract migrations, under any name. */
import { field, map, maybe, type MapNode, type Maybe, type Value } from "../tree.ts";
import type { PartsInput } from "./input.ts";
import { jobSpec } from "./job-spec.ts";
import { CONTRACT } from "./roles.ts";

export interface CronjobPlace {
  readonly name: Value;
  readonly namespace: Maybe;
  readonly schedule: Value;
}

export function cronjob(input: PartsInput, place: CronjobPlace): MapNode {
  return map(
    field("apiVersion", "batch/v1"),
    field("kind", "CronJob"),
    field(
      "metadata",
      map(
        field("name", place.name, "without the image: each release changes it to its own"),
        maybe("namespace", place.namespace),
        field("labels", input.labels),
      ),
    ),
    field(
      "spec",
      map(
        field(
          "schedule",
          place.schedule,
          "nothing is urgent about it; a window of `windows` holds too",
        ),
        field("concurrencyPolicy", "Forbid", "Replace would kill a migration that is at work"),
        field(
          "startingDeadlineSeconds",
          600,
          "without one, a hundred missed times (a controller that was down) stop the schedule for good",
        ),
        field("successfulJobsHistoryLimit", 3),
        field("failedJobsHistoryLimit", 3, "their logs are why"),
        field(
          "jobTemplate",
          map(field("spec", jobSpec(input, { role: CONTRACT, scheduled: true }))),
        ),
      ),
    ),
  );
}
