/** All sinks of a project, opened together. */
import { openNotifiers } from "../notify/open.ts";
import type { ConnectTarget } from "../postgres/connect.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import { openTelemetry } from "../telemetry/open.ts";
import type { Project } from "./project.ts";

export async function openSinks(
  project: Project,
  target: ConnectTarget,
  env: NodeJS.ProcessEnv,
): Promise<readonly RunSink[]> {
  const { metrics, notify } = project.deploy;
  const place = runPlace(project, target, env);
  const opened = await Promise.all([
    openTelemetry({ config: metrics, place, env }),
    notify === undefined ? [] : openNotifiers({ config: notify, place, env }),
  ]);
  return opened.flat();
}

export function runPlace(
  project: Project,
  target: ConnectTarget,
  env: NodeJS.ProcessEnv,
): RunPlace {
  const { cluster = "", links = {} } = project.deploy;
  const [host] = target.hosts;
  return {
    cluster,
    ...(project.environment !== undefined && { environment: project.environment }),
    target: target.display,
    database: host?.database ?? host?.user ?? "",
    historySchema: project.settings.historySchema,
    links: { run: runLink(env), ...links },
  };
}

/** The page of the job that runs us, as the common CI systems say it. */
export function runLink(env: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, CI_JOB_URL, BUILD_URL } = env;
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID) {
    return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  }
  return CI_JOB_URL || BUILD_URL || undefined;
}
