/** `lockstep explain`: the runbook's page, and for a recorded run what happened. */
import { explainRun, subjectOf } from "../../runbook/explain.ts";
import type { CliContext } from "../context.ts";
import type { LookFlags } from "../flags.ts";
import { renderExplainedRun, renderSubject } from "../output/explain-text.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export function explain(this: CliContext, flags: LookFlags, word: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const subject = subjectOf(word);
    if (subject.kind !== "run") {
      reporter.result(subject, (paint) => renderSubject(subject, paint));
      return;
    }
    const project = await loadProject(this, flags);
    const options = await project.runnerOptions(reporter.onLookEvent);
    const result = await explainRun(options, subject.id);
    reporter.result(result, (paint) => renderExplainedRun(result, paint));
  });
}
