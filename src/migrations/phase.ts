/**
 * The phase that a migration says it belongs to, in the comments at its top. Read without a parser,
 * because the gate of every pod asks for it; sql/directives.ts, which reads the same comments where a
 * file is parsed, refuses what is misspelt or misplaced.
 */
import type { Migration } from "./migration.ts";

export const PHASES = ["expand", "backfill", "contract"] as const;

/** `expand` adds, `backfill` fills, `contract` takes away what old code still uses. */
export type Phase = (typeof PHASES)[number];

export interface MigrationPhase {
  readonly phase?: Phase;
  /**
   * Of a contract migration: the version that code must ship to work on the schema behind it, as
   * written in `lockstep:after`; by default the migration's own.
   */
  readonly after?: string;
}

/** More than a licence header and a few paragraphs. */
const HEAD_BYTES = 16_384;
const COMMENT = /^\s*(?:--|\/\/)[^\n]*(?:\n|$)|^[^\S\n]*\n/;
const DIRECTIVE = /^\s*(?:-{2,}|\/{2,})\s*lockstep\s*:\s*(phase|after)\s+(\S+)\s*$/i;

export function phaseOf({ up }: Pick<Migration, "up">): MigrationPhase {
  let rest = up.bytes
    .toString("utf8", 0, HEAD_BYTES)
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n");
  const found: { phase?: Phase; after?: string } = {};
  for (;;) {
    const line = COMMENT.exec(rest)?.[0];
    if (line === undefined || line === "") return found;
    rest = rest.slice(line.length);
    const [, name = "", value = ""] = DIRECTIVE.exec(line) ?? [];
    if (name.toLowerCase() === "after") found.after = value;
    const phase = PHASES.find((one) => one === value);
    if (name.toLowerCase() === "phase" && phase !== undefined) found.phase = phase;
  }
}
