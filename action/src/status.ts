/** Where a database stands, for the output `current`. */
import type { RunLockstep } from "./lockstep.ts";

/** Empty when nothing is applied, and when nobody could be asked. */
export async function currentVersion(
  lockstep: RunLockstep,
  flags: readonly string[],
): Promise<string> {
  const { code, stdout } = await lockstep(["status", "--json", ...flags]);
  if (code !== 0) return "";
  const { current } = JSON.parse(stdout) as { current: string | null };
  return current ?? "";
}
