/** The action `gate`: waits until a database has what this commit ships. It only reads. */
import { annotate, failureMarkdown, failureOf } from "./failure.ts";
import { flagsOf, give, withUrl } from "./flags.ts";
import { code } from "./markdown.ts";
import { openProject } from "./project.ts";
import {
  addSummary,
  type Environment,
  input,
  runAction,
  setOutput,
  withoutCommands,
  type Write,
} from "./workflow.ts";

interface State {
  readonly ready: boolean;
  readonly current: string | null;
  readonly missing: readonly string[];
}

async function main(env: Environment, write: Write): Promise<number> {
  const project = openProject(withUrl(env), write);
  if (project === undefined) return 1;
  const { lockstep, below } = project;
  const flags: string[] = [];
  give(flags, "--timeout", input(env, "timeout"));
  const ran = await withoutCommands(write, () =>
    lockstep(["gate", "--json", ...flags, ...flagsOf(env)], {
      stderr: (line) => write(`${line}\n`),
    }),
  );
  const state = ran.stdout.startsWith("{\n") ? (JSON.parse(ran.stdout) as State) : undefined;
  const failure = failureOf(ran);
  const ready = ran.code === 0;
  setOutput(env, "ready", String(ready));
  setOutput(env, "current", state?.current ?? "");
  setOutput(env, "failure-class", failure?.class ?? "");
  setOutput(env, "exit-code", ran.code);
  if (failure !== undefined) annotate(write, [failure], below);
  const at = state?.current ? ` At version ${code(state.current)}.` : "";
  if (ready) write(`Ready.${at}\n`);
  const head = "## Lockstep gate\n\n";
  addSummary(env, `${head}${failure === undefined ? `Ready.${at}\n` : failureMarkdown(failure)}\n`);
  return ready ? 0 : 1;
}

runAction(main);
