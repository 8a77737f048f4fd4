/**
 * Plays the runner of GitHub for one job of a workflow: expressions are evaluated by GitHub's own
 * evaluator, `run` is bash as there, and actions of this repository are their committed bundles.
 * What others provide (checkout, setup-node) and `npm ci` have happened before.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { parse } from "yaml";
import { environment } from "../support/elsewhere.ts";
import { readOutputs, runAction } from "./pull-request.ts";

const ROOT = join(import.meta.dirname, "../..");
const OURS = /^OWNER\/lockstep\/(action(?:\/\w+)?)@v1$/;

export interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

export interface Job {
  readonly needs?: string;
  readonly environment?: string;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Action {
  readonly folder: string;
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export async function readWorkflow(file: string): Promise<Workflow> {
  return parse(await readFile(join(ROOT, file), "utf8")) as Workflow;
}

/** Undefined for the actions of others. */
export async function actionOf({ uses = "" }: Step): Promise<Action | undefined> {
  const folder = OURS.exec(uses)?.[1];
  if (folder === undefined) return undefined;
  const yaml = await readFile(join(ROOT, folder, "action.yml"), "utf8");
  return { ...(parse(yaml) as Omit<Action, "folder">), folder };
}

export interface JobRun {
  readonly ok: boolean;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Given {
  readonly work: { readonly dir: string; readonly outer: string };
  readonly secrets: Readonly<Record<string, string>>;
  readonly api?: string;
  readonly event?: object;
}

type Context = Readonly<Record<string, unknown>>;

export async function runJob(job: Job, given: Given): Promise<JobRun> {
  const steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: string }> = {};
  const context = (): Context => ({
    secrets: given.secrets,
    steps,
    inputs: {},
    github: { token: "secret" },
  });
  let ok = true;
  let log = "";
  for (const step of job.steps) {
    if (step.if !== "always()" && (!ok || !holds(step.if ?? "true", context()))) continue;
    const action = await actionOf(step);
    if ((action === undefined && step.uses !== undefined) || step.run === "npm ci") continue;
    const ran =
      action === undefined
        ? await runShell(step, given, context())
        : await runOurs(step, action, given, context());
    const outcome = ran.code === 0 ? "success" : "failure";
    if (step.id !== undefined) steps[step.id] = { outputs: ran.outputs, outcome };
    ok &&= ran.code === 0 || step["continue-on-error"] === true;
    log += ran.stdout;
  }
  const outputs = Object.entries(job.outputs ?? {}).map(([name, text]) => [
    name,
    fill(text, context()),
  ]);
  return { ok, log, outputs: Object.fromEntries(outputs) as Record<string, string> };
}

async function runOurs(step: Step, action: Action, given: Given, context: Context) {
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(action.inputs)) {
    inputs[name] = fill(String(step.with?.[name] ?? input.default ?? ""), context);
  }
  const [, bundle = "index"] = action.folder.split("/");
  return runAction(given.work, inputs, {
    action: bundle,
    ...(given.api !== undefined && { api: given.api }),
    ...(given.event !== undefined && { event: given.event }),
  });
}

async function runShell(step: Step, { work }: Given, context: Context) {
  const output = join(work.outer, "step-output");
  await writeFile(output, "");
  const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, fill(text, context)]);
  const done = await runBash(fill(step.run ?? "", context), work.dir, {
    HOME: work.outer,
    GITHUB_OUTPUT: output,
    ...(Object.fromEntries(env) as Record<string, string>),
  });
  const text = await readFile(output, "utf8");
  const plain = [...text.matchAll(/^([\w-]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  return {
    ...done,
    outputs: { ...(Object.fromEntries(plain) as Record<string, string>), ...readOutputs(text) },
  };
}

/** As GitHub and GitLab start it: the first command that fails ends it. */
export function runBash(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; stdout: string }> {
  return promisify(execFile)("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd,
    // npx is not to look for a newer one.
    env: {
      PATH: process.env["PATH"],
      npm_config_offline: "true",
      ...environment(),
      ...env,
    },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      stdout: error.stdout + error.stderr,
    }),
  );
}

function fill(text: string, context: Context): string {
  return text.replaceAll(/\$\{\{([^]*?)\}\}/g, (_all, expression: string) =>
    evaluate(expression, context).coerceString(),
  );
}

function holds(condition: string, context: Context): boolean {
  return evaluate(condition, context).coerceString() === "true";
}

function evaluate(expression: string, context: Context): data.ExpressionData {
  const { tokens } = new Lexer(expression.trim()).lex();
  const tree = new Parser(tokens, Object.keys(context), []).parse();
  return new Evaluator(tree, toData(context) as data.Dictionary).evaluate();
}

function toData(value: unknown): data.ExpressionData {
  if (typeof value === "string") return new data.StringData(value);
  const pairs = Object.entries(value as object).map(([key, one]) => ({
    key,
    value: toData(one),
  }));
  return new data.Dictionary(...pairs);
}
