/** What the pipeline that runs us says of itself, in the words of OpenTelemetry. Pure. */
import type { RunEvent } from "../runner/events.ts";

type Outcome = Extract<RunEvent, { event: "run-finished" }>["outcome"];

export const PIPELINE_RESULTS: Readonly<Record<Outcome, string>> = {
  applied: "success",
  "nothing-to-do": "success",
  failed: "failure",
  interrupted: "cancellation",
};

/** GitHub Actions, GitLab CI and Jenkins; empty elsewhere. */
export function cicdAttributes(
  env: NodeJS.ProcessEnv,
  link: string | undefined,
): Record<string, string> {
  const name = env["GITHUB_WORKFLOW"] || env["CI_PIPELINE_NAME"] || env["JOB_NAME"];
  const id = env["GITHUB_RUN_ID"] || env["CI_PIPELINE_ID"] || env["BUILD_ID"];
  const task = env["GITHUB_JOB"] || env["CI_JOB_NAME"];
  return {
    ...(name && { "cicd.pipeline.name": name }),
    ...(id && { "cicd.pipeline.run.id": id }),
    ...(task && { "cicd.pipeline.task.name": task }),
    ...(link && { "cicd.pipeline.run.url.full": link }),
  };
}
