/**
 * The action `plan`: what a deploy would apply, as a comment on the pull request and in the summary.
 * It only reads.
 */
import { annotate, type Failure, failureMarkdown, failureOf } from "./failure.ts";
import { flagsOf, withUrl } from "./flags.ts";
import { code, type Report } from "./markdown.ts";
import { openProject } from "./project.ts";
import { publish } from "./report.ts";
import { currentVersion } from "./status.ts";
import {
  command,
  type Environment,
  input,
  pullRequestOf,
  runAction,
  setOutput,
  withoutCommands,
  type Write,
} from "./workflow.ts";

/** As docs/exit-codes.md has it. */
const TRY_AGAIN = 75;

interface Plan {
  readonly server: string;
  readonly migrations: readonly { readonly id: string; readonly steps: readonly unknown[] }[];
  readonly refused: readonly { readonly id: string; readonly failure: Failure }[];
}

async function main(env: Environment, write: Write): Promise<number> {
  const project = openProject(withUrl(env), write);
  if (project === undefined) return 1;
  const { lockstep, below } = project;
  const flags = flagsOf(env);
  const ran = await lockstep(["plan", "--json", ...flags]);
  const failure = failureOf(ran);
  if (failure?.class === "config.no_url" && pullRequestOf(env)?.isFork === true) {
    write(command("notice", "A pull request from a fork gets no secrets: there is no plan."));
    return 0;
  }
  setOutput(env, "exit-code", ran.code);
  const plan = planIn(ran.stdout);
  if (plan === undefined) {
    const why = failure ?? failureOf({ ...ran, code: ran.code || 70 });
    if (why === undefined) throw new Error("lockstep plan says nothing");
    setOutput(env, "failure-class", why.class);
    await withoutCommands(write, async () => write(ran.stderr));
    annotate(write, [why], below);
    const head = `${headOf(env, below)}${failureMarkdown(why)}`;
    await publish(project, { kind: "plan", isWorthwhile: true, head });
    return 1;
  }
  const { stdout: text } = await lockstep(["plan", ...flags]);
  await withoutCommands(write, async () => write(text));
  const current = await currentVersion(lockstep, env);
  // One that has to wait is in both.
  const ids = [...new Set([...plan.migrations, ...plan.refused].map(({ id }) => id))];
  const failures = plan.refused.filter(isWrong).map(({ failure }) => failure);
  setOutput(env, "pending", ids.length);
  setOutput(env, "pending-list", JSON.stringify(ids));
  setOutput(env, "current", current);
  setOutput(env, "failure-class", plan.refused[0]?.failure.class ?? "");
  annotate(write, failures, below);
  await publish(project, {
    ...reportOf(plan, { heading: headOf(env, below), current, text }),
    kind: "plan",
    isWorthwhile: ids.length > 0,
  });
  return failures.length === 0 ? 0 : 1;
}

/** What has to wait (for old code to go, for a window) is no mistake of this pull request. */
function isWrong({ failure }: Plan["refused"][number]): boolean {
  return failure.exitCode !== TRY_AGAIN;
}

function planIn(stdout: string): Plan | undefined {
  if (!stdout.startsWith("{\n")) return undefined;
  return JSON.parse(stdout) as Plan;
}

function headOf(env: Environment, below: string): string {
  const names = [below, input(env, "environment")].filter((name) => name !== "").map(code);
  return `## Lockstep plan${names.length === 0 ? "" : ` of ${names.join(", ")}`}\n\n`;
}

interface Around {
  readonly heading: string;
  readonly current: string;
  readonly text: string;
}

function reportOf(
  { migrations, refused, server }: Plan,
  { heading, current, text }: Around,
): Report {
  const at = `${current === "" ? "No version is applied" : `At version ${code(current)}`}, PostgreSQL ${server}.`;
  const wrong = refused.filter(isWrong);
  const waits = refused.filter((one) => !isWrong(one));
  if (migrations.length + refused.length === 0) {
    return { head: `${heading}Nothing is pending. ${at}\n` };
  }
  const lines = [
    `**${count(migrations.length, "migration")} to apply**${wrong.length === 0 ? "" : `, **${wrong.length} refused**: nothing is applied until that is settled`}. ${at}\n`,
    ...migrations.map(({ id, steps }) => `- ${code(id)}, ${count(steps.length, "step")}`),
    "",
    ...wrong.map(({ id, failure }) => `${code(id)} is refused: ${failureMarkdown(failure)}`),
    ...waits.map(({ id, failure }) => `${code(id)} has to wait: ${failureMarkdown(failure)}`),
  ];
  const details = { title: "Steps and locks", text };
  return { head: `${heading}${lines.join("\n")}`, details };
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

runAction(main);
