/** The action `trace`: what is pending, run on a throw-away server, and what it would make wait. */
import { baseOf } from "./base.ts";
import { annotate, type Failure, failureMarkdown, failureOf } from "./failure.ts";
import { flagsOf, give, withUrl } from "./flags.ts";
import { code } from "./markdown.ts";
import { openProject } from "./project.ts";
import { publish } from "./report.ts";
import {
  type Environment,
  input,
  lines,
  pullRequestOf,
  runAction,
  setOutput,
  withoutCommands,
  type Write,
} from "./workflow.ts";

interface Trace {
  readonly server: string;
  readonly files: readonly { readonly id: string }[];
  readonly failure?: Failure | null;
  readonly budget?: { readonly exceeded: readonly Exceeded[] };
}

/** A step that would make others wait for longer than is allowed. */
interface Exceeded {
  readonly id: string;
  readonly file: string;
  readonly step: number;
  readonly relation: string;
  readonly expectedMs: number;
}

async function main(env: Environment, write: Write): Promise<number> {
  const project = openProject(withUrl(env), write);
  if (project === undefined) return 1;
  const { lockstep, below, cwd } = project;
  const args = ["trace", ...(await traceFlags(env, cwd))];
  const [json, text] = [await lockstep(withJson(args)), await lockstep(args)];
  await withoutCommands(write, async () => write(text.stdout || text.stderr));
  const trace = json.stdout.startsWith("{\n") ? (JSON.parse(json.stdout) as Trace) : undefined;
  const failure = trace === undefined ? failureOf(json) : (trace.failure ?? undefined);
  const exceeded = trace?.budget?.exceeded ?? [];
  const traced = trace?.files.map(({ id }) => id) ?? [];
  setOutput(env, "traced", traced.length);
  setOutput(env, "traced-list", JSON.stringify(traced));
  setOutput(env, "exceeded", exceeded.length);
  setOutput(env, "failure-class", failure?.class ?? "");
  setOutput(env, "exit-code", json.code);
  const limit = input(env, "max-block");
  const late = exceeded.map((one) => lateness(one, limit));
  annotate(write, [...(failure === undefined ? [] : [failure]), ...late], below);
  const names = [below, input(env, "environment")].filter((name) => name !== "").map(code);
  const head = [
    `## Lockstep trace${names.length === 0 ? "" : ` of ${names.join(", ")}`}\n`,
    traced.length === 0 ? "Nothing was traced.\n" : `${traced.map(code).join(", ")}.\n`,
    ...(trace?.budget === undefined || limit === "" || exceeded.length > 0
      ? []
      : [`No step is expected to make anybody wait longer than ${code(limit)}.\n`]),
    ...(failure === undefined ? [] : [failureMarkdown(failure)]),
    ...exceeded.map(
      ({ id, step, relation, expectedMs }) =>
        `- ${code(id)}, step ${step}: others would wait for about **${Math.round(expectedMs)} ms** on ${code(relation)}, and ${code(limit)} is allowed.`,
    ),
    "",
  ].join("\n");
  await publish(project, {
    kind: "trace",
    isWorthwhile: traced.length > 0 || failure !== undefined,
    head,
    ...(traced.length > 0 && { details: { title: "What was seen", text: text.stdout } }),
  });
  return json.code === 0 ? 0 : 1;
}

function lateness({ file, step, relation, expectedMs }: Exceeded, limit: string): Failure {
  return {
    class: "trace --max-block",
    exitCode: 65,
    what: `Step ${step} is expected to make others wait on \`${relation}\` for ${Math.round(expectedMs)} ms, and ${limit} is allowed.`,
    state: "",
    action: "The summary of the job says which statement holds which lock, and for how long.",
    location: { file, line: 1, column: 1 },
  };
}

/** With an address, what is not applied there is pending; without one, what the pull request changes. */
async function traceFlags(env: Environment, cwd: string): Promise<string[]> {
  const flags: string[] = [];
  const since = input(env, "since");
  const paths = lines(env, "paths");
  const pullRequest = pullRequestOf(env);
  if (since !== "") give(flags, "--since", since);
  else if (paths.length === 0 && input(env, "url") === "" && pullRequest !== undefined) {
    give(flags, "--since", await baseOf(pullRequest, cwd, env));
  }
  give(flags, "--stats", input(env, "stats"));
  give(flags, "--max-block", input(env, "max-block"));
  give(flags, "--pg-version", input(env, "pg-version"));
  flags.push(...flagsOf(env));
  return paths.length === 0 ? flags : [...flags, "--", ...paths];
}

function withJson([name = "", ...flags]: readonly string[]): string[] {
  return [name, "--json", ...flags];
}

runAction(main);
