/** Who takes it upon themselves, for `--force`. */
import type { Reason } from "../runner/options.ts";
import type { CliContext } from "./context.ts";
import type { DatabaseFlags, ForceFlags } from "./flags.ts";

/** What can ask is loaded only where something is forced. */
export async function forced(
  context: CliContext,
  flags: ForceFlags & DatabaseFlags,
): Promise<{ force?: Reason }> {
  if (flags.force !== true) return {};
  const { askReason } = await import("./confirm.ts");
  return { force: await askReason(context, flags) };
}
