/**
 * The GitHub Action: runs `lockstep lint` of the project, and puts what it says on the lines of the
 * pull request, into the summary of the job, into one comment, and into a file for code scanning.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { keepComment } from "./comment.ts";
import { baseOf } from "./base.ts";
import type { Ran } from "./lockstep.ts";
import { annotationsFromRoot, sarifFromRoot } from "./paths.ts";
import { openProject } from "./project.ts";
import {
  addSummary,
  command,
  type Environment,
  input,
  isYes,
  lines,
  type PullRequest,
  pullRequestOf,
  runAction,
  setOutput,
  type Write,
} from "./workflow.ts";

/** As `lockstep lint` ends when there are errors. */
const ERRORS_FOUND = 65;

interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
}

async function main(env: Environment, write: Write): Promise<number> {
  const project = openProject(env, write);
  if (project === undefined) return 1;
  const { workspace, cwd, below, lockstep } = project;
  const pullRequest = pullRequestOf(env);
  const flags = await flagsOf(env, pullRequest, cwd);
  const lint = async (format: string): Promise<Ran> => {
    const ran = await lockstep(["lint", "--format", format, ...flags]);
    if (ran.code === 0 || ran.code === ERRORS_FOUND) return ran;
    throw new Error(`lockstep lint ends with ${ran.code}: ${ran.stderr.trim()}`);
  };

  const annotations = await lint("github");
  write(annotationsFromRoot(annotations.stdout, below));
  const { summary } = JSON.parse((await lint("json")).stdout) as { summary: Summary };
  const { errors, warnings, infos } = summary;
  const findings = errors + warnings + infos;
  setOutput(env, "findings", findings);
  setOutput(env, "errors", errors);
  setOutput(env, "warnings", warnings);
  addSummary(env, (await lint("github-summary")).stdout);

  const sarif = input(env, "sarif-file");
  if (sarif !== "") {
    const path = resolve(workspace, sarif);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sarifFromRoot((await lint("sarif")).stdout, below));
    setOutput(env, "sarif", sarif);
  }
  if (isYes(env, "comment") && pullRequest !== undefined) {
    const markdown = marked((await lint("markdown")).stdout, below);
    try {
      await keepComment(env, input(env, "token"), pullRequest, markdown, findings > 0);
    } catch (error) {
      // A pull request from a fork has a token that may not write; the findings are said above.
      const why = error instanceof Error ? error.message : String(error);
      write(command("warning", `The comment cannot be written: ${why}`));
    }
  }
  return annotations.code === 0 ? 0 : 1;
}

async function flagsOf(
  env: Environment,
  pullRequest: PullRequest | undefined,
  cwd: string,
): Promise<string[]> {
  const flags: string[] = [];
  const give = (flag: string, value: string): void => {
    if (value !== "") flags.push(flag, value);
  };
  const since = input(env, "since");
  if (since !== "") give("--since", since === "all" ? "" : since);
  else if (pullRequest !== undefined) give("--since", await baseOf(pullRequest, cwd, env));
  for (const dir of lines(env, "dir")) give("--dir", dir);
  give("--pg-version", input(env, "pg-version"));
  give("--runner", input(env, "runner"));
  give("--config", input(env, "config"));
  const paths = lines(env, "paths");
  return paths.length === 0 ? flags : [...flags, "--", ...paths];
}

/** Two projects of a repository have a comment each. */
function marked(markdown: string, below: string): string {
  return below === "" ? markdown : markdown.replace(/^(<!-- [\w-]+) -->/, `$1 ${below} -->`);
}

runAction(main);
