/**
 * The other tool's lock, held for one transaction of ours. Never waited for in the server: a
 * blocked waiter would be in the way of a concurrent index build (A1 in postgres/advisory-lock.ts).
 */
import { serverError } from "../failures/classify.ts";
import type { ForeignLock } from "../formats/history.ts";
import type { BatchItem } from "../postgres/batch.ts";
import { BatchError } from "../postgres/batch.ts";
import type { Session } from "../postgres/session.ts";

/**
 * Takes all locks in the transaction that is open. False: somebody else holds one; the transaction
 * is to be rolled back, because the others may be held by now.
 */
export async function tryTheirLocks(
  session: Session,
  locks: readonly ForeignLock[],
): Promise<boolean> {
  const items = locks.map((lock): BatchItem =>
    lock.kind === "advisory"
      ? { text: `select pg_catalog.pg_try_advisory_xact_lock(${lock.key})` }
      : { text: lock.take },
  );
  if (items.length === 0) return true;
  try {
    const results = await session.batch(items);
    return results.every(({ tag, rows }, index) =>
      locks[index]!.kind === "advisory" ? rows[0]?.[0] === "t" : tag.endsWith(" 1"),
    );
  } catch (error) {
    // lock_not_available: the row of a lock table is being written at this moment.
    const cause = error instanceof BatchError ? error.cause : error;
    if (serverError(cause)?.sqlstate === "55P03") return false;
    throw error;
  }
}

/** What lets go of locks that do not end with the transaction by themselves. */
export function releaseTheirLocks(locks: readonly ForeignLock[]): BatchItem[] {
  return locks.flatMap((lock) => (lock.kind === "row" ? [{ text: lock.release }] : []));
}
