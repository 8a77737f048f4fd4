/** Runs `lockstep lint` on files of a test. */
import { runCli, type CliOptions, type CliResult } from "./cli.ts";
import { project, type Project, type ProjectOptions } from "./project.ts";

export interface JsonFinding {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly statement: number;
}

export interface JsonReport {
  readonly summary: Readonly<Record<string, unknown>>;
  readonly findings: readonly JsonFinding[];
}

export interface LintProject extends Project {
  /** The command as it is. */
  lint(args?: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  /** With `--json`; an error unless it ends with 0 or 65. */
  report(args?: readonly string[], options?: Partial<CliOptions>): Promise<JsonReport>;
}

export async function lintProject(options: ProjectOptions): Promise<LintProject> {
  const created = await project(options);
  const lint: LintProject["lint"] = (args = [], more = {}) =>
    runCli(["lint", ...args], { cwd: created.dir, ...more });
  return {
    ...created,
    lint,
    async report(args = [], more = {}) {
      const result = await lint(["--json", ...args], more);
      if (result.code !== 0 && result.code !== 65) {
        throw new Error(`lint ended with ${result.code}\n${result.stdout}${result.stderr}`);
      }
      return result.json() as JsonReport;
    },
  };
}

/** `rule file:line:column`, in order. */
export function places({ findings }: JsonReport): string[] {
  return findings.map(({ rule, file, line, column }) => `${rule} ${file}:${line}:${column}`);
}

/** The same, of one rule. */
export function placesOf(report: JsonReport, rule: string): string[] {
  return places({ ...report, findings: report.findings.filter((one) => one.rule === rule) });
}
