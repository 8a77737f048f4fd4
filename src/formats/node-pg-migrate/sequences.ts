/** Sequences, and the sequence options of identity columns. */
import { ident, resolveType, when, type Name, type Shorthands } from "./names.ts";

export interface SequenceOptions {
  readonly type?: string;
  readonly increment?: number;
  readonly minvalue?: number | null | false;
  readonly maxvalue?: number | null | false;
  readonly start?: number;
  readonly cache?: number;
  readonly cycle?: boolean;
  readonly owner?: string | null | false;
}

export function sequenceOptions(options: SequenceOptions, shorthands: Shorthands): string[] {
  const { type, increment, start, cache, cycle, owner } = options;
  const clauses: string[] = [];
  if (type) clauses.push(`AS ${resolveType(type, shorthands).type}`);
  if (increment) clauses.push(`INCREMENT BY ${increment}`);
  for (const [word, limit] of [
    ["MINVALUE", options.minvalue],
    ["MAXVALUE", options.maxvalue],
  ] as const) {
    if (limit) clauses.push(`${word} ${limit}`);
    else if (limit === null || limit === false) clauses.push(`NO ${word}`);
  }
  if (start) clauses.push(`START WITH ${start}`);
  if (cache) clauses.push(`CACHE ${cache}`);
  if (cycle !== undefined) clauses.push(cycle ? "CYCLE" : "NO CYCLE");
  if (owner) clauses.push(`OWNED BY ${owner}`);
  else if (owner === null || owner === false) clauses.push("OWNED BY NONE");
  return clauses;
}

export function createSequence(
  shorthands: Shorthands,
  name: Name,
  options: SequenceOptions & { readonly temporary?: boolean; readonly ifNotExists?: boolean } = {},
): string {
  const clauses = sequenceOptions(options, shorthands);
  return `${[
    `CREATE${when(options.temporary, "TEMPORARY")} SEQUENCE${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(name)}`,
    ...clauses,
  ].join("\n  ")};`;
}

export function alterSequence(
  shorthands: Shorthands,
  name: Name,
  options: SequenceOptions & { readonly restart?: number | true },
): string {
  const { restart } = options;
  const clauses = sequenceOptions(options, shorthands);
  if (restart) clauses.push(restart === true ? "RESTART" : `RESTART WITH ${restart}`);
  if (clauses.length === 0) throw new Error("`alterSequence` says nothing to change.");
  return `${[`ALTER SEQUENCE ${ident(name)}`, ...clauses].join("\n  ")};`;
}
