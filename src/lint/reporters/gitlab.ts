/** A report for GitLab's Code Quality: an array, in which no two fingerprints may be equal. */
import type { Finding } from "../finding.ts";
import { numberedFingerprints } from "../fingerprint.ts";
import { slashed } from "../slashed.ts";
import type { Reporter } from "./reporter.ts";

export const reportGitlab: Reporter = ({ findings }) => {
  const prints = numberedFingerprints(findings);
  const issues = findings.map((finding, index) => ({
    type: "issue",
    description: finding.message,
    check_name: finding.rule,
    fingerprint: prints[index]!.unique,
    severity: severityOf(finding),
    categories: [categoryOf(finding)],
    location: {
      path: slashed(finding.file),
      lines: { begin: finding.line, end: finding.endLine },
    },
  }));
  return `${JSON.stringify(issues, undefined, 2)}\n`;
};

/** Among errors, what takes long on a big table or cannot be got back is worse than the others. */
function severityOf({ severity, kind, longWork }: Finding): string {
  switch (severity) {
    case "error":
      return longWork !== null || kind === "data-loss" ? "critical" : "major";
    case "warning":
      return "minor";
    case "info":
      return "info";
  }
}

function categoryOf({ kind }: Finding): string {
  switch (kind) {
    case "style":
    case "process":
      return "Style";
    case "security":
      return "Security";
    case "compatibility":
      return "Compatibility";
    case "lock":
      return "Performance";
    default:
      return "Bug Risk";
  }
}
