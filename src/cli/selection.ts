/** `--to`, `--count` and `--phase`: which migrations a run takes. */
import { Failure } from "../failures/failure.ts";
import type { PhaseChoice, Selection } from "../runner/options.ts";
import type { PhaseFlags, SelectionFlags } from "./flags.ts";

export function selectionOf(flags: SelectionFlags): Selection {
  if (flags.to !== undefined && flags.count !== undefined) {
    throw new Failure({
      class: "usage",
      what: "`--to` and `--count` are both given, and each says where to stop.",
      action: "Give one of them.",
    });
  }
  return {
    ...(flags.to !== undefined && { to: flags.to }),
    ...(flags.count !== undefined && { count: flags.count }),
  };
}

/** The flag, or LOCKSTEP_PHASE, with which a pipeline can say it once for a whole stage. */
export function phaseOf(
  flags: PhaseFlags,
  env: Readonly<Record<string, string | undefined>>,
): { readonly phase?: PhaseChoice } {
  if (flags.phase !== undefined) return { phase: flags.phase };
  const value = env["LOCKSTEP_PHASE"];
  if (!value) return {};
  if (value === "expand" || value === "contract") return { phase: value };
  throw new Failure({
    class: "config.invalid",
    what: `\`LOCKSTEP_PHASE\` is \`${value}\`, which is not a value that it can have.`,
    action: "Set it to `expand` or `contract`.",
  });
}
