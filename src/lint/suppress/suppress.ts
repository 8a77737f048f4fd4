/** What comments in a file allow: ours first, then those of other tools. */
import type { Finding } from "../finding.ts";
import { applyAllowComments, type AllowResult } from "./allow-comments.ts";
import { placeComments, type CommentedStatement } from "./comments.ts";
import { applyForeignComments, type ForeignRules } from "./foreign-comments.ts";

export interface SuppressInput {
  /** As in the findings. */
  readonly file: string;
  /** What the statements' offsets count in. */
  readonly bytes: Buffer;
  readonly statements: readonly CommentedStatement[];
  readonly findings: readonly Finding[];
  /** The ids of all rules that there are. */
  readonly ruleIds: ReadonlySet<string>;
  /** The rules that looked at the file; default all. */
  readonly active?: ReadonlySet<string>;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly foreignRules: ForeignRules;
}

/** Most files have none, and need no second reading. */
const ANY = /lockstep|squawk-ignore|atlas:nolint/i;

export function suppress(input: SuppressInput): AllowResult {
  if (!ANY.test(input.bytes.toString("latin1"))) {
    return { kept: input.findings, suppressed: [], extra: [] };
  }
  const comments = placeComments(input.bytes, input.statements);
  const ours = applyAllowComments({ ...input, comments });
  const theirs = applyForeignComments(ours.kept, comments, input.foreignRules);
  return {
    kept: theirs.kept,
    suppressed: [...ours.suppressed, ...theirs.suppressed],
    extra: ours.extra,
  };
}
