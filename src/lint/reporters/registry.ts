/** The formats of `lockstep lint --format`; each is loaded when it is asked for. */
import type { Reporter } from "./reporter.ts";

export interface ReporterEntry {
  readonly id: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly load: () => Promise<Reporter>;
}

export const REPORTERS: readonly ReporterEntry[] = [
  {
    id: "text",
    summary: "for people, with the lines of the file",
    load: async () => (await import("./text.ts")).reportText,
  },
  {
    id: "json",
    summary: "for programs",
    load: async () => (await import("./json.ts")).reportJson,
  },
  {
    id: "sarif",
    summary: "SARIF 2.1.0, for code scanning and editors",
    load: async () => (await import("./sarif.ts")).reportSarif,
  },
  {
    id: "github",
    summary: "annotations of a GitHub workflow",
    load: async () => (await import("./github.ts")).reportGithub,
  },
  {
    id: "github-summary",
    summary: "Markdown for the summary of a GitHub job",
    load: async () => (await import("./github-summary.ts")).reportGithubSummary,
  },
  {
    id: "gitlab",
    summary: "Code Quality report of GitLab",
    load: async () => (await import("./gitlab.ts")).reportGitlab,
  },
  {
    id: "junit",
    summary: "JUnit XML",
    load: async () => (await import("./junit.ts")).reportJunit,
  },
  {
    id: "markdown",
    summary: "Markdown for a comment on a pull request",
    load: async () => (await import("./markdown.ts")).reportMarkdown,
  },
];
