/**
 * Tells the sinks of a project what its run says. Without any, which is the common start, nothing of
 * them is loaded. A sink that fails is a warning: the run has ended as it has ended.
 */
import type { DeployValues } from "../config/deploy-config.ts";
import type { RunEvent } from "../runner/events.ts";
import type { RunnerOptions } from "../runner/options.ts";
import type { RunSink } from "../runner/run-sink.ts";
import type { CliContext } from "./context.ts";
import type { Project } from "./project.ts";

/** After the end of a run, for all sinks together: an orchestrator may be waiting for us to go. */
const CLOSE_BUDGET_MS = 5_000;

/** Variables that ask for a sink without any configuration. */
const VARIABLES = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  "LOCKSTEP_PUSHGATEWAY",
  "LOCKSTEP_METRICS_TEXTFILE",
  "LOCKSTEP_METRICS_LISTEN",
  "LOCKSTEP_TERMINATION_LOG",
] as const;

export async function withSinks(
  context: CliContext,
  project: Project,
  options: RunnerOptions,
  work: (options: RunnerOptions) => Promise<unknown>,
): Promise<void> {
  const { env } = context.process;
  if (!wantsSinks(project.deploy, env)) return void (await work(options));
  const warn = (name: string, error: unknown): void => {
    const { redact } = redaction;
    const words = error instanceof Error ? error.message : String(error);
    context.process.stderr.write(`warning: ${name}: ${redact(words)}\n`);
  };
  const [redaction, { openSinks }] = await Promise.all([
    import("../failures/redact.ts"),
    import("./open-sinks.ts"),
  ]);
  const sinks = await openSinks(project, options.target, env);
  const tell = (event: RunEvent): void => {
    for (const sink of sinks) {
      try {
        sink.onEvent(event);
      } catch (error) {
        warn(sink.name, error);
      }
    }
  };
  try {
    await work({
      ...options,
      onEvent(event) {
        options.onEvent?.(event);
        tell(event);
      },
    });
  } finally {
    await Promise.all(
      sinks.map((sink) => closeInTime(sink).catch((error: unknown) => warn(sink.name, error))),
    );
  }
}

export function wantsSinks(deploy: DeployValues, env: CliContext["process"]["env"]): boolean {
  if (deploy.metrics !== undefined || deploy.notify !== undefined) return true;
  return VARIABLES.some((name) => Boolean(env[name]));
}

async function closeInTime(sink: RunSink): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `gave no answer within ${CLOSE_BUDGET_MS / 1000} s of the end of the run`;
    timer = setTimeout(() => reject(new Error(words)), CLOSE_BUDGET_MS);
  });
  try {
    await Promise.race([sink.close(CLOSE_BUDGET_MS), late]);
  } finally {
    clearTimeout(timer);
  }
}
