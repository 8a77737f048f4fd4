/**
 * Questions. A command never asks where nobody can answer: without a terminal, in CI, and where
 * the output is read by a program; there it needs its answers as flags.
 */
import { Failure } from "../failures/failure.ts";
import type { Reason } from "../runner/options.ts";
import { systemUser } from "../runner/run-context.ts";
import type { CliContext } from "./context.ts";
import type { DatabaseFlags, OutputFlags, ReasonFlags } from "./flags.ts";
import { isContinuousIntegration } from "./output/choose.ts";

export function canAsk(context: CliContext, flags: OutputFlags): boolean {
  const { stdin, stdout, env } = context.process;
  return (
    stdin.isTTY === true &&
    stdout.isTTY === true &&
    !isContinuousIntegration(env) &&
    !flags.json &&
    !flags.quiet
  );
}

/** Resolves when the answer is yes; a no and Ctrl-C end the command with a `Failure`. */
export async function confirm(
  context: CliContext,
  flags: DatabaseFlags,
  question: string,
): Promise<void> {
  if (flags.yes) return;
  if (!canAsk(context, flags)) {
    throw new Failure({
      class: "usage",
      what: "This command asks for confirmation, and there is no terminal to ask on.",
      action: "Add `--yes` once you are sure.",
    });
  }
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: question, initialValue: false });
  if (answer !== true) throw declined();
}

/** Who and why, from the flags, or asked for; both are recorded. */
export async function askReason(
  context: CliContext,
  flags: ReasonFlags & DatabaseFlags,
): Promise<Reason> {
  const by = flags.by ?? systemUser(context.process.env);
  const why = flags.reason?.trim();
  if (why !== undefined && why !== "") return { by, why };
  if (!canAsk(context, flags)) {
    throw new Failure({
      class: "usage",
      what: "This command records why, and no reason is given.",
      action: 'Add `--reason "…"`.',
    });
  }
  const prompts = await import("@clack/prompts");
  const answer = await prompts.text({
    message: "Why? The answer is recorded in the history.",
    validate: (text) => (text === undefined || text.trim() === "" ? "Give a reason." : undefined),
  });
  if (typeof answer !== "string") throw declined();
  return { by, why: answer.trim() };
}

/** For commands that change nothing that matters: who, and why when it is given. */
export function reasonOr(context: CliContext, flags: ReasonFlags, otherwise: string): Reason {
  return {
    by: flags.by ?? systemUser(context.process.env),
    why: flags.reason?.trim() || otherwise,
  };
}

function declined(): Failure {
  return new Failure({
    class: "interrupted",
    what: "The question was not answered with yes.",
    state: "Nothing was changed.",
    action: "Run the command again to change your mind.",
  });
}
