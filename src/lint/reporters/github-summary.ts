/** What a workflow appends to `$GITHUB_STEP_SUMMARY`. */
import { renderMarkdown } from "./markdown-report.ts";
import type { Reporter } from "./reporter.ts";

/** GitHub takes 1 MiB for each step; a character may take three bytes for each UTF-16 unit. */
export const LONGEST_SUMMARY = Math.floor((1024 * 1024) / 3);

export const reportGithubSummary: Reporter = (result, context) =>
  renderMarkdown(result, context, { limit: LONGEST_SUMMARY, heading: "Lockstep lint" });
