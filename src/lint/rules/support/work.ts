/** Reports that are made of the measured effects of a statement. */
import { blocksReads } from "../../../locks/lock-mode.ts";
import type { StatementContext, Work } from "../../context.ts";
import type { Fix } from "../../finding.ts";
import type { Report } from "../../rule.ts";

const DOING: Readonly<Record<Work["kind"], string>> = {
  rewrite: "is rewritten",
  scan: "is read from end to end",
  "index-build": "has an index built",
  "fk-validation": "has every row looked up",
};

/** The work of a statement that this rule explains, where somebody waits for it. */
export function harmfulWork({ effects }: StatementContext, cause: string): Work[] {
  return effects.work.filter((work) => work.cause === cause && work.harmful);
}

/**
 * One report for each such work: what happens to which table, why, who waits, and what the rule adds.
 * `advice` is a full sentence.
 */
export function* reportWork(
  context: StatementContext,
  cause: string,
  advice: (work: Work) => string | { readonly advice: string; readonly fix?: Fix | undefined },
): Generator<Report> {
  for (const work of harmfulWork(context, cause)) {
    const said = advice(work);
    const { advice: text, fix } =
      typeof said === "string" ? { advice: said, fix: undefined } : said;
    yield {
      message: `${describeWork(work)} ${text}${doubt(work)}`,
      longWork: work.elsewhere === true ? null : work.kind,
      at: work.location,
      relation: work.relation,
      ...(fix && { fix }),
    };
  }
}

/** "`orders` is rewritten under ACCESS EXCLUSIVE (the type changes), and reads and writes wait." */
export function describeWork({ relation, kind, mode, reason, elsewhere }: Work): string {
  if (elsewhere === true) {
    return `\`${relation}\` ${DOING[kind]}: ${reason}. ${whoWaits(mode)} there for all of it.`;
  }
  return `\`${relation}\` ${DOING[kind]} under ${mode}: ${reason}. ${whoWaits(mode)} for all of it.`;
}

export function whoWaits(mode: Work["mode"]): string {
  return blocksReads(mode) ? "Reads and writes wait" : "Writes wait";
}

function doubt({ certain }: Work): string {
  return certain ? "" : " The files alone cannot tell for sure; `lockstep trace` can.";
}
