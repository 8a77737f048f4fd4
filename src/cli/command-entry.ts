/** What a row of the command table is, and the helpers that it is written with. */
import type { Command } from "@stricli/core";
import type { CliContext } from "./context.ts";

export interface CommandEntry {
  readonly name: string;
  /** Heading under which the help lists it. */
  readonly group:
    | "Start"
    | "Every day"
    | "Check"
    | "Look"
    | "Deploy"
    | "Settle"
    | "Take over"
    | "Setup";
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly command: Command<CliContext>;
}

type Build = (docs: { brief: string; fullDescription: string }) => Command<CliContext>;

/**
 * Description and examples are written once and reach `--help` and the docs alike. The command is
 * built when it is asked for: a run needs one of them.
 */
export function entry(init: Omit<CommandEntry, "command">, build: Build): CommandEntry {
  let command: Command<CliContext> | undefined;
  const docs = {
    brief: init.summary,
    get fullDescription() {
      const examples = init.examples.map((example) => `  ${example}`).join("\n");
      return `${wrap(init.description)}\n\nEXAMPLES\n${examples}`;
    },
  };
  return {
    ...init,
    get command() {
      return (command ??= build(docs));
    },
  };
}

/** At 90 columns; nothing breaks a help text of one long line but the terminal, in mid-word. */
function wrap(words: string): string {
  return words.replace(/(?![^\n]{1,90}$)([^\n]{1,90})\s/g, "$1\n");
}

export function positional<P extends string>(placeholder: P, brief: string) {
  return {
    kind: "tuple" as const,
    parameters: [{ brief, placeholder, parse: String }] as const,
  };
}
