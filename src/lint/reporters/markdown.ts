/** A comment on a pull request. */
import { renderMarkdown } from "./markdown-report.ts";
import type { Reporter } from "./reporter.ts";

/** By which the comment of an earlier run is found, to be written over. */
export const COMMENT_MARKER = "<!-- lockstep-lint -->";

/** GitHub refuses longer comments; GitLab's limit is higher. */
export const LONGEST_COMMENT = 65_536;

export const reportMarkdown: Reporter = (result, context) =>
  renderMarkdown(result, context, {
    limit: LONGEST_COMMENT,
    heading: "Lockstep lint",
    marker: COMMENT_MARKER,
  });
