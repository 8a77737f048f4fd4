/**
 * The work on whole relations that one statement did, from what the server said and from what is
 * different afterwards. Pure. Four sources, because none of them knows everything:
 *
 * S1 Messages (debug-messages.ts) name rewrites, verifications, index builds and the validation of
 *    foreign keys by ALTER TABLE.
 * S2 VACUUM FULL, CLUSTER, REFRESH and SET TABLESPACE say nothing, but the relation lies in another
 *    file afterwards. So it does after TRUNCATE and REFRESH … WITH
 *    NO DATA, which copy no row: that is no work. They are told by their text; inside of a function
 *    they look like rewrites.
 * S3 ALTER DOMAIN and the check of a default partition say nothing either; inside a transaction the
 *    server counts their sequential scans (if track_counts is on). A scan that a message explains is not listed again.
 * S4 What the statement created itself is empty or its own; `existed` tells it apart.
 */
import type { WorkKind } from "../locks/lock-facts.ts";
import { readDebugMessage } from "./debug-messages.ts";
import type { Relation, Relations } from "./relations.ts";

export interface ObservedWork {
  readonly kind: WorkKind;
  /** With its schema. */
  readonly relation: string;
  readonly index?: string;
  /** Whether the relation was there before the statement. */
  readonly existed: boolean;
  /** What the server said, or how it was seen. */
  readonly message: string;
}

export interface Evidence {
  readonly statement: string;
  readonly messages: readonly string[];
  readonly before: Relations;
  readonly after: Relations;
  /** Relations that the statement locked: what a message without schema means first. */
  readonly locked: ReadonlySet<string>;
  /** By constraint name, the relations with a foreign key of that name that was validated now. */
  readonly foreignKeys: ReadonlyMap<string, readonly string[]>;
}

export function workOf(evidence: Evidence): { work: ObservedWork[]; proofs: string[] } {
  const seen: Seen[] = [];
  const proofs: string[] = [];
  for (const message of evidence.messages) {
    const read = readDebugMessage(message);
    if (read?.about === "proof") proofs.push(read.message);
    if (read?.about === "validation") seen.push(...validated(read.constraint, message, evidence));
    if (read?.about === "work") {
      const { kind, table, index } = read;
      const relation = relationNamed(table, evidence);
      if (relation) seen.push({ kind, relation, message, ...(index !== undefined && { index }) });
    }
  }
  if (EMPTIES.test(evidence.statement)) return { work: [], proofs };
  seen.push(...movedFiles(seen, evidence));
  seen.push(...silentScans(seen, evidence));
  return { work: listed(seen, evidence.before), proofs };
}

interface Seen {
  readonly kind: WorkKind;
  readonly relation: Relation;
  readonly index?: string;
  readonly message: string;
}

/** Comments before the first word do not hide it. */
const EMPTIES =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:truncate\b|refresh\s[\s\S]*\bwith\s+no\s+data\s*;?\s*$)/i;

function relationNamed(
  bareName: string,
  { before, after, locked }: Evidence,
): Relation | undefined {
  const named = [...after.values(), ...before.values()].filter(
    (relation) => relation.bareName === bareName,
  );
  return named.find(({ oid }) => locked.has(oid)) ?? named[0];
}

/** A partitioned table has no rows of its own: the constraint of each partition is validated. */
function validated(constraint: string, message: string, evidence: Evidence): Seen[] {
  const { after, locked, foreignKeys } = evidence;
  return (foreignKeys.get(constraint) ?? []).flatMap((oid) => {
    const relation = after.get(oid);
    if (relation?.kind !== "r" || !locked.has(oid)) return [];
    return [{ kind: "fk-validation" as const, relation, message }];
  });
}

function movedFiles(seen: readonly Seen[], { before, after }: Evidence): Seen[] {
  const moved = [...after.values()].filter(({ oid, filenode }) => {
    const old = before.get(oid);
    return old !== undefined && old.filenode !== filenode;
  });
  const message = "its rows lie in another file";
  const has = (kind: WorkKind, oid: string) =>
    seen.some((one) => one.kind === kind && one.relation.oid === oid);
  const tables = moved.filter(({ kind }) => kind === "r" || kind === "m");
  const rewritten = new Set(tables.map(({ oid }) => oid));
  // An index is stored anew when its table is, and when it is built; else it was copied by itself.
  const indexes = moved.filter(
    ({ kind, tableOid = "" }) =>
      kind === "i" && !rewritten.has(tableOid) && !has("index-build", tableOid),
  );
  return [...tables.filter(({ oid }) => !has("rewrite", oid)), ...indexes].map((relation) => ({
    kind: "rewrite" as const,
    relation,
    message,
  }));
}

function silentScans(seen: readonly Seen[], { before, after }: Evidence): Seen[] {
  // The query that validates a foreign key reads both tables, by whatever plan.
  if (seen.some(({ kind }) => kind === "fk-validation")) return [];
  return [...after.values()]
    .filter(({ oid, kind, scans }) => {
      const old = before.get(oid);
      if (old === undefined || (kind !== "r" && kind !== "m")) return false;
      return scans > old.scans && !seen.some((one) => one.relation.oid === oid);
    })
    .map((relation) => ({
      kind: "scan" as const,
      relation,
      message: "the server counted a sequential scan of it",
    }));
}

function listed(seen: readonly Seen[], before: Relations): ObservedWork[] {
  return seen.map(({ relation, ...rest }) => ({
    ...rest,
    relation: relation.name,
    existed: before.has(relation.oid),
  }));
}
