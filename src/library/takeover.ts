/** Taking over from another tool, as functions. */
import { readSource } from "../formats/read-source.ts";
import { systemUser } from "../runner/run-context.ts";
import type { AdoptResult } from "../takeover/adopt.ts";
import { runnerOptions, type CommonOptions } from "./options.ts";

export interface AdoptHistoryOptions extends Omit<CommonOptions, "migrations"> {
  /** The other tool; default the one that the folder shows. */
  readonly from?: string;
  /** `schema.name` of its history, where there are several. */
  readonly table?: string;
  /** Only look. */
  readonly dryRun?: boolean;
  readonly acceptMissing?: boolean;
  /** Go on writing the other tool's history with each run. */
  readonly keepTheirs?: boolean;
  /** Recorded in the history. */
  readonly reason?: string;
}

/** Records what another tool has applied, under the locks of both; runs nothing. */
export async function adopt(options: AdoptHistoryOptions = {}): Promise<AdoptResult> {
  const { from, table, dryRun, acceptMissing, keepTheirs, reason, ...common } = options;
  const operation = await import("../takeover/adopt.ts");
  const { dir, cwd = process.cwd(), placeholders } = common;
  return operation.adopt(
    {
      ...(await runnerOptions(common)),
      readAs: (format) =>
        readSource([dir ?? "migrations"].flat(), {
          cwd,
          env: process.env,
          format,
          ...(placeholders && { placeholders }),
        }),
      ...(from !== undefined && { from }),
      ...(table !== undefined && { table }),
      ...(dryRun && { dryRun }),
      ...(acceptMissing && { acceptMissing }),
      ...(keepTheirs && { keepTheirs }),
    },
    { by: systemUser(process.env), why: reason ?? "taken over from another tool" },
  );
}
