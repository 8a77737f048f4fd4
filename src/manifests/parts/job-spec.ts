/** What a Job does with its pod: how often, how long, and after which exit codes no more. */
import { hopelessExitCodes } from "../exit-code-policy.ts";
import { field, list, map, type MapNode } from "../tree.ts";
import type { Role } from "./container.ts";
import type { PartsInput } from "./input.ts";
import { jobPod } from "./pod.ts";

const WEEK_SECONDS = 604_800;

export interface JobSpecOptions {
  readonly role: Role;
  /** A CronJob begins again by itself, and has history limits instead of a time to live. */
  readonly scheduled?: boolean;
}

export function jobSpec(input: PartsInput, { role, scheduled = false }: JobSpecOptions): MapNode {
  return map(
    field("parallelism", 1),
    field(
      "completions",
      1,
      "one runner; should two be started all the same, the lock lets one work",
    ),
    scheduled
      ? field("backoffLimit", 0, "the next time of the schedule is the next attempt")
      : field(
          "backoffLimit",
          input.backoffLimit,
          "attempts after passing trouble (75, a kill); within one, the run itself tries again",
        ),
    field(
      "activeDeadlineSeconds",
      input.deadline.seconds,
      `over all that may still succeed, because it ends the Job for good: ${input.deadline.sum}`,
    ),
    scheduled
      ? undefined
      : field(
          "ttlSecondsAfterFinished",
          WEEK_SECONDS,
          "a week of evidence; a Job that is gone too soon lets Argo CD wait for it for ever",
        ),
    field(
      "podReplacementPolicy",
      "Failed",
      "the next pod starts when the last one has ended, not while it still writes its journal",
    ),
    field("podFailurePolicy", failurePolicy(role)),
    field("template", jobPod(input, role)),
  );
}

function failurePolicy({ name }: Role): MapNode {
  const disrupted = map(field("type", "DisruptionTarget"), field("status", "True"));
  return map(
    field(
      "rules",
      list(
        map(
          field(
            "action",
            "Ignore",
            "first, so that a drain or an eviction costs no attempt, whatever the code",
          ),
          field("onPodConditions", list(disrupted)),
        ),
        map(
          field(
            "action",
            "FailJob",
            "the same command would fail again: the release stops now (docs/exit-codes.md)",
          ),
          field(
            "onExitCodes",
            map(
              field("containerName", name),
              field("operator", "In"),
              field("values", list(...hopelessExitCodes())),
            ),
          ),
        ),
      ),
    ),
  );
}
