/** A Dockerfile read as far as its checks need: stages, instructions, and forms of commands. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
  /** The words of the exec form; undefined for the shell form. */
  readonly exec?: readonly string[];
}

export interface Stage {
  readonly name?: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Before the first stage. */
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

export function parseDockerfile(text: string): Dockerfile {
  const lines = text
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const args: Record<string, string> = {};
  const stages: { name?: string; image: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === "") throw new Error(`no instruction: ${line}`);
    const stage = stages.at(-1);
    if (name === "FROM") {
      const [, image = "", as] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
      stages.push({ image, instructions: [], ...(as !== undefined && { name: as }) });
    } else if (stage === undefined) {
      if (name !== "ARG") throw new Error(`${name} before the first stage`);
      const [key = "", value = ""] = rest.split("=");
      args[key] = value;
    } else stage.instructions.push({ name, text: rest, ...execForm(rest) });
  }
  return { args, stages };
}

function execForm(text: string): { exec?: readonly string[] } {
  if (!text.startsWith("[")) return {};
  return { exec: JSON.parse(text) as string[] };
}
