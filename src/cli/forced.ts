/** Who takes it upon themselves, for `--force`. */
import { Failure } from "../failures/failure.ts";
import type { Reason } from "../runner/options.ts";
import type { CliContext } from "./context.ts";
import type { DatabaseFlags, ForceFlags } from "./flags.ts";

/** What can ask is loaded only where something is forced. */
export async function forced(
  context: CliContext,
  flags: ForceFlags & DatabaseFlags,
): Promise<{ force?: Reason }> {
  if (flags.force !== true) {
    if (flags.reason === undefined && flags.by === undefined) return {};
    throw new Failure({
      class: "usage",
      what: "`--reason` and `--by` say why and by whom something is forced, and `--force` is not given.",
      action: "Add `--force`, or leave them out.",
    });
  }
  const { askReason } = await import("./confirm.ts");
  return { force: await askReason(context, flags) };
}
