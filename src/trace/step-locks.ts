/**
 * What a step holds, statement by statement, until it commits. Pure.
 *
 * L1. A relation that the step itself made is new in all of it: nobody can wait for it before the
 *     commit.
 * L2. A lock stays until the commit, so the strongest mode of the step counts, also for work that a
 *     later and weaker statement does.
 */
import { blocksReads, blocksWrites, strongest, type LockMode } from "../locks/lock-mode.ts";
import type { StatementLock } from "../runner/prepare.ts";
import type { Observation, ObservedLock } from "./observe.ts";
import { forPeople, nameParts } from "./relation-names.ts";
import type { HeldLock, RelationKind, TracedLock, TracedWork } from "./result.ts";

export interface StepRecorder {
  /** What the statement added to what the step held; several observations of it are one. */
  record(ordinal: number, observation: Observation): Recorded;
  /** Locks that were not seen, of a statement that can only be seen waiting for its first one. */
  recordMeasured(ordinal: number, locks: readonly StatementLock[]): readonly TracedLock[];
  held(): readonly HeldLock[];
}

export interface Recorded {
  readonly locks: readonly TracedLock[];
  readonly work: readonly TracedWork[];
}

/** `relkind` as pg_class has it; what is not here is never locked by itself. */
const KINDS: Readonly<Record<string, RelationKind>> = {
  r: "table",
  p: "partitioned table",
  i: "index",
  I: "index",
  v: "view",
  m: "materialized view",
  S: "sequence",
  f: "foreign table",
  c: "composite type",
};

const WAITED_FOR: ReadonlySet<RelationKind> = new Set<RelationKind>([
  "table",
  "partitioned table",
  "view",
  "materialized view",
  "foreign table",
]);

interface Held {
  relation: string;
  kind: RelationKind;
  mode: LockMode;
  readonly since: number;
  blocksSince: number | null;
}

export function stepRecorder(): StepRecorder {
  const made = new Set<string>();
  const held = new Map<string, Held>();
  const oids = new Map<string, string>();

  const hold = (oid: string, ordinal: number, lock: Pick<Held, "relation" | "kind" | "mode">) => {
    const blocksSince = blocksWrites(lock.mode) ? ordinal : null;
    const before = held.get(oid);
    if (before === undefined) {
      held.set(oid, { ...lock, since: ordinal, blocksSince });
      return;
    }
    // By its name of now: the step may have renamed it.
    before.relation = lock.relation;
    before.blocksSince ??= blocksSince;
    before.mode = strongest([before.mode, lock.mode])!;
  };

  return {
    record(ordinal, { locks, work }) {
      const traced: TracedLock[] = [];
      for (const { oid, lock, granted } of strongestOfEach(locks)) {
        oids.set(lock.relation, oid);
        if (!lock.existed) made.add(oid);
        const isNew = made.has(oid);
        const relation = forPeople(lock.relation);
        const kind = KINDS[lock.kind] ?? "table";
        traced.push(tracedLock(relation, kind, lock.mode, isNew, granted ? "held" : "waited-for"));
        if (!isNew && WAITED_FOR.has(kind)) hold(oid, ordinal, { relation, kind, mode: lock.mode });
      }
      return {
        locks: traced,
        work: work.map(({ kind, relation, index, existed, message }): TracedWork => {
          const oid = oids.get(relation) ?? "";
          return {
            kind,
            relation: forPeople(relation),
            ...(index !== undefined && { index }),
            isNew: !existed || made.has(oid),
            mode: held.get(oid)?.mode ?? null,
            message,
          };
        }),
      };
    },

    recordMeasured(ordinal, locks) {
      const added: TracedLock[] = [];
      for (const { relation, schema, name, mode, known } of locks) {
        if (!known) continue;
        const [oid, seen] = [...held].find(([, one]) => isNamed(one.relation, schema, name)) ?? [];
        if (seen && strongest([seen.mode, mode]) === seen.mode) continue;
        hold(oid ?? `measured ${relation}`, ordinal, { relation, kind: "table", mode });
        added.push(tracedLock(relation, "table", mode, false, "measured"));
      }
      return added;
    },

    held: () =>
      [...held.values()].map((one) => ({
        ...one,
        blocksReads: blocksReads(one.mode),
        blocksWrites: blocksWrites(one.mode),
      })),
  };
}

function tracedLock(
  relation: string,
  kind: RelationKind,
  mode: LockMode,
  isNew: boolean,
  seen: TracedLock["seen"],
): TracedLock {
  return {
    relation,
    kind,
    mode,
    blocksReads: blocksReads(mode),
    blocksWrites: blocksWrites(mode),
    isNew,
    seen,
  };
}

/** A relation may be there once for each mode; the strongest says it all. */
function strongestOfEach(
  locks: readonly ObservedLock[],
): readonly { oid: string; lock: ObservedLock; granted: boolean }[] {
  const byOid = new Map<string, ObservedLock[]>();
  for (const lock of locks) byOid.set(lock.oid, [...(byOid.get(lock.oid) ?? []), lock]);
  return [...byOid].map(([oid, all]) => {
    const mode = strongest(all.map((one) => one.mode));
    const lock = all.find((one) => one.mode === mode)!;
    return { oid, lock, granted: lock.granted };
  });
}

function isNamed(relation: string, schema: string | undefined, name: string): boolean {
  const parts = nameParts(relation);
  return parts.name === name && (schema === undefined || parts.schema === schema);
}
