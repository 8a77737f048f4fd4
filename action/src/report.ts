/** Where a report goes: the summary of the job, and one comment on the pull request. */
import { keepComment } from "./comment.ts";
import { LONGEST_COMMENT, LONGEST_SUMMARY, render, type Report } from "./markdown.ts";
import type { Project } from "./project.ts";
import { addSummary, command, input, isYes, pullRequestOf } from "./workflow.ts";

export interface Comment extends Report {
  /** `plan` or `trace`: each has a comment of its own. */
  readonly kind: string;
  /** A pull request is not told that there is nothing to tell, unless it was told something before. */
  readonly isWorthwhile: boolean;
}

export async function publish(project: Project, report: Comment): Promise<void> {
  const { env, write } = project;
  addSummary(env, `${render(report, LONGEST_SUMMARY)}\n`);
  const pullRequest = pullRequestOf(env);
  if (!isYes(env, "comment") || pullRequest === undefined) return;
  if (pullRequest.isFork) {
    // Its token may only read. A token that could write has no place beside the code of a stranger.
    const why = "This pull request comes from a fork: what would be its comment is in the summary";
    write(command("notice", `${why} of the job.`));
    return;
  }
  const marker = markerOf(report.kind, [project.below, input(env, "environment")]);
  const body = render({ ...report, head: `${marker}\n${report.head}` }, LONGEST_COMMENT);
  try {
    await keepComment(env, input(env, "token"), pullRequest, body, report.isWorthwhile);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    write(command("warning", `The comment cannot be written, it is in the summary: ${why}`));
  }
}

/** Two projects of a repository, and two environments of a project, have a comment each. */
function markerOf(kind: string, parts: readonly string[]): string {
  const words = parts.filter((part) => part !== "").map((part) => part.replaceAll("--", "__"));
  return `<!-- ${[`lockstep-${kind}`, ...words].join(" ")} -->`;
}
