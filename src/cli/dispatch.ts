/** Any command line: stricli finds the command, reads its flags and runs it. */
import { run } from "@stricli/core";
import { EXIT_CODES } from "../failures/exit-codes.ts";
import { buildCli } from "./app.ts";
import type { CliContext } from "./context.ts";

/** Throws what the command throws; returns the exit code of one that ended by itself. */
export async function dispatch(args: readonly string[], context: CliContext): Promise<number> {
  const thrown: unknown[] = [];
  await run(
    buildCli((error) => thrown.push(error), args[0]),
    args,
    context,
  );
  if (thrown.length > 0) throw thrown[0];
  const code = Number(context.process.exitCode ?? 0);
  if (code >= 0) return code;
  // Stricli's own codes are negative; it has already said what is wrong with the arguments.
  const { stderr } = context.process;
  stderr.write("Run `lockstep --help`, or `lockstep <command> --help` for flags and examples.\n");
  return EXIT_CODES.usage.code;
}
