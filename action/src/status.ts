/** Where a database stands, for the output `current` of commands that do not say it themselves. */
import { flagsOf, projectFlags } from "./flags.ts";
import type { RunLockstep } from "./lockstep.ts";
import type { Environment } from "./workflow.ts";

/** As the command line ends when it does not know a flag. */
const USAGE = 64;

/** Empty when nothing is applied, and when nobody could be asked. */
export async function currentVersion(lockstep: RunLockstep, env: Environment): Promise<string> {
  const status = (flags: readonly string[]) => lockstep(["status", "--json", ...flags]);
  // Some further flags are for every command (`--history-schema`), and others are not (`--count`).
  const asked = await status(flagsOf(env));
  const { code, stdout } = asked.code === USAGE ? await status(projectFlags(env)) : asked;
  if (code !== 0) return "";
  const { current } = JSON.parse(stdout) as { current: string | null };
  return current ?? "";
}
