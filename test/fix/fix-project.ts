/** A folder from text, fixed as the command fixes it, and lint's answer before and after. */
import { readSource } from "../../src/formats/read-source.ts";
import { fix, replacing, type FixedFile, type FixResult } from "../../src/fix/fix.ts";
import { lint, type LintOptions } from "../../src/lint/lint.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";

export interface FixCase {
  readonly history?: string;
  readonly sql: string;
  readonly version?: number;
  readonly pending?: ReadonlySet<string>;
}

export interface FixedCase {
  readonly result: FixResult;
  /** Rules that lint reports on the file, and on what takes its place. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Names of the new files with their text. */
  readonly files: Readonly<Record<string, string>>;
}

export const FILE = "migrations/20240101000100_change.sql";

export async function fixSql({ history = "", sql, version, pending }: FixCase): Promise<FixedCase> {
  const { dir } = await project({
    files: { "migrations/20240101000000_history.sql": history, [FILE]: sql },
  });
  const set = await readSource(["migrations"], { cwd: dir, env: {}, format: "native" });
  const options: LintOptions = {
    files: set.migrations.map(({ up }) => ({ path: up.path, text: up.bytes })),
    report: [FILE],
    version: version ?? testedVersion(),
  };
  const result = await fix({
    set,
    lint: options,
    settings: DEFAULT_SETTINGS,
    cwd: dir,
    cache: false,
    pending,
    signal: new AbortController().signal,
  });
  return {
    result,
    before: rulesOf((await lint(options)).findings),
    after: rulesOf((await lint(replacing(options, result.files))).findings),
    files: Object.fromEntries(
      result.files.flatMap((file) =>
        file.files.map(({ path, text }) => [path.replace("migrations/2024010100", ""), text]),
      ),
    ),
  };
}

function rulesOf(findings: readonly { readonly rule: string }[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].toSorted();
}

export function theOne({ result }: FixedCase): FixedFile {
  const [file] = result.files;
  if (file === undefined) throw new Error(JSON.stringify(result.unfixed));
  return file;
}
