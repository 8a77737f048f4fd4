/**
 * The eight table lock modes, weakest first, and which of them conflict.
 * Source: PostgreSQL documentation 13.3.1 "Table-Level Locks", unchanged from 14 to 18.
 */
export const LOCK_MODES = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

const CONFLICTS: Record<LockMode, readonly LockMode[]> = {
  "ACCESS SHARE": ["ACCESS EXCLUSIVE"],
  "ROW SHARE": ["EXCLUSIVE", "ACCESS EXCLUSIVE"],
  "ROW EXCLUSIVE": ["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
  "SHARE UPDATE EXCLUSIVE": [
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  SHARE: [
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  "SHARE ROW EXCLUSIVE": [
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  EXCLUSIVE: [
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
  ],
  "ACCESS EXCLUSIVE": [...LOCK_MODES],
};

export function conflictsWith(mode: LockMode): readonly LockMode[] {
  return CONFLICTS[mode];
}

/** The strongest of several modes, by the documentation's order. */
export function strongest(modes: readonly LockMode[]): LockMode | undefined {
  let best = -1;
  for (const mode of modes) best = Math.max(best, LOCK_MODES.indexOf(mode));
  return LOCK_MODES[best];
}

export function isStronger(left: LockMode, right: LockMode): boolean {
  return LOCK_MODES.indexOf(left) > LOCK_MODES.indexOf(right);
}

/** Whether a session that only reads (ACCESS SHARE) waits behind this mode. */
export function blocksReads(mode: LockMode): boolean {
  return CONFLICTS[mode].includes("ACCESS SHARE");
}

/** Whether INSERT, UPDATE and DELETE (ROW EXCLUSIVE) wait behind this mode. */
export function blocksWrites(mode: LockMode): boolean {
  return CONFLICTS[mode].includes("ROW EXCLUSIVE");
}

/** The mode's name as pg_locks shows it: `AccessExclusiveLock`. */
export function pgLocksName(mode: LockMode): string {
  const words = mode.split(" ").map((word) => word[0] + word.slice(1).toLowerCase());
  return `${words.join("")}Lock`;
}
