/** `lockstep completion <shell>`: prints the script; the user decides where it goes. */
import { Failure } from "../../failures/failure.ts";
import { COMMANDS } from "../commands.ts";
import { renderBash } from "../completion/bash.ts";
import { renderFish } from "../completion/fish.ts";
import { renderZsh } from "../completion/zsh.ts";
import type { CliContext } from "../context.ts";
import { describeCommand, SHELLS, type Shell } from "../described.ts";

export async function completion(this: CliContext, _flags: object, shell: string): Promise<void> {
  if (!isShell(shell)) {
    throw new Failure({
      class: "usage",
      what: `There is no completion for \`${shell}\`.`,
      action: `Name one of ${SHELLS.join(", ")}.`,
    });
  }
  this.process.stdout.write(renderCompletion(shell));
}

export function renderCompletion(shell: Shell): string {
  const commands = COMMANDS.map(describeCommand);
  switch (shell) {
    case "bash":
      return renderBash(commands);
    case "zsh":
      return renderZsh(commands);
    case "fish":
      return renderFish(commands);
  }
}

function isShell(text: string): text is Shell {
  return (SHELLS as readonly string[]).includes(text);
}
