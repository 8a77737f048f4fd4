/** `lockstep notify`: who is told of failures; with `--test` each of them is told something. */
import { randomUUID } from "node:crypto";

import { EXIT_CODES } from "../../failures/exit-codes.ts";
import { Failure } from "../../failures/failure.ts";
import { notifierNames } from "../../notify/registry.ts";
import { tryNotifiers } from "../../notify/trial.ts";
import type { CliContext } from "../context.ts";
import type { DatabaseFlags } from "../flags.ts";
import { runPlace } from "../open-sinks.ts";
import { renderNotifiers, renderTrial } from "../output/notify-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface NotifyFlags extends DatabaseFlags {
  readonly test?: boolean;
}

export function notify(this: CliContext, flags: NotifyFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    // The address of the database is part of what is said; nobody connects to it.
    const project = await loadProject(this, flags, { needsUrl: false });
    const config = project.deploy.notify ?? [];
    if (config.length === 0) throw noNotifiers(project.environment);
    if (!flags.test) {
      const names = notifierNames(config);
      const notifiers = config.map(({ type }, index) => ({ name: names[index]!, type }));
      reporter.result({ notifiers }, (paint) => renderNotifiers(notifiers, paint));
      return;
    }
    const env = this.process.env as NodeJS.ProcessEnv;
    const { target } = await project.runnerOptions(reporter.onLookEvent);
    const place = runPlace(project, target, env);
    const notifiers = await tryNotifiers(config, { place, env, runId: randomUUID() });
    reporter.result({ notifiers }, (paint) => renderTrial(notifiers, paint));
    const results = new Set(notifiers.map(({ result }) => result));
    if (results.has("incomplete")) this.process.exitCode = EXIT_CODES.configuration.code;
    else if (results.has("failed")) this.process.exitCode = EXIT_CODES.tryAgain.code;
  });
}

function noNotifiers(environment: string | undefined): Failure {
  return new Failure({
    class: "config.invalid",
    what:
      environment === undefined
        ? "The configuration has no `notify`: nobody is told of failures."
        : `The environment \`${environment}\` has no \`notify\`: nobody is told of failures.`,
    action:
      "Add `notify` to the configuration file, or choose the environment that has it with `--env`.",
  });
}
