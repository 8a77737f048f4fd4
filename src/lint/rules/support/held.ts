/** What a transaction holds. */
import { blocksReads } from "../../../locks/lock-mode.ts";
import type { HeldLock, TransactionContext } from "../../context.ts";

/** The first lock that keeps even readers out. */
export function heldExclusively(transaction: TransactionContext | undefined): HeldLock | undefined {
  return [...(transaction?.held.values() ?? [])].find(({ mode }) => blocksReads(mode));
}
