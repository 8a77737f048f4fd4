/** `--to` and `--count`: which migrations a run takes. */
import { Failure } from "../failures/failure.ts";
import type { Selection } from "../runner/options.ts";
import type { SelectionFlags } from "./flags.ts";

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
