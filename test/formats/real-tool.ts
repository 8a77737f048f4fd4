/** Runs the command of another tool from node_modules, with a copy of the fixture that it may write to. */
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "../../node_modules/.bin");

export interface ToolResult {
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

export function runTool(
  name: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const { PATH = "" } = process.env;
    const child = spawn(process.execPath, [join(BIN, name), ...args], {
      cwd,
      env: { PATH, ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    child.on("error", reject).on("close", (code) => resolve({ code, output }));
  });
}

/** For a tool that must succeed; its output is the error otherwise. */
export async function runToolOk(...args: Parameters<typeof runTool>): Promise<string> {
  const { code, output } = await runTool(...args);
  if (code !== 0) throw new Error(`${args[0]} ${args[1].join(" ")} exits ${code}:\n${output}`);
  return output;
}

/** `use` gets a folder that is deleted afterwards, with the fixture as `migrations` in it. */
export async function withCopy<T>(
  fixture: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-tool-"));
  try {
    await cp(fixture, join(folder, "migrations"), { recursive: true });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
