/** Every kind that the parser can name, and how it survives a crash. */
import { isConcurrentReindex } from "../../sql/non-transactional.ts";
import type { NonTransactionalKind } from "../../sql/statement.ts";
import type { PreparedStatement } from "../prepare.ts";
import { createIndexConcurrently } from "./create-index-concurrently.ts";
import { detachConcurrently } from "./detach-concurrently.ts";
import { dropIndexConcurrently } from "./drop-index-concurrently.ts";
import { idempotent, UNKNOWN, type Kind } from "./kind.ts";
import {
  createDatabase,
  createSubscription,
  createTablespace,
  dropDatabase,
  dropSubscription,
  dropTablespace,
} from "./named-object.ts";
import { reindexConcurrently } from "./reindex-concurrently.ts";

// The detail of each kind is its own business; it goes through the journal as JSON.
// oxlint-disable-next-line typescript/no-explicit-any
export const KINDS: Record<NonTransactionalKind, Kind<any>> = {
  "create-index-concurrently": createIndexConcurrently,
  "drop-index-concurrently": dropIndexConcurrently,
  "reindex-concurrently": reindexConcurrently,
  "detach-concurrently": detachConcurrently,
  vacuum: idempotent({ stalls: false }),
  "vacuum-full": idempotent({ stalls: true }),
  "reindex-many": idempotent({ stalls: true }),
  "cluster-many": idempotent({ stalls: true }),
  "create-database": createDatabase,
  "drop-database": dropDatabase,
  "alter-database": idempotent({ stalls: false }),
  "create-tablespace": createTablespace,
  "drop-tablespace": dropTablespace,
  "alter-system": idempotent({ stalls: false }),
  "create-subscription": createSubscription,
  "drop-subscription": dropSubscription,
  "alter-subscription": UNKNOWN,
  "discard-all": UNKNOWN,
  other: UNKNOWN,
};

/** What the author asked to run outside of a transaction without need is of no known kind. */
// oxlint-disable-next-line typescript/no-explicit-any
export function kindOf({ nonTransactional = "other", node }: PreparedStatement): Kind<any> {
  // REINDEX SCHEMA CONCURRENTLY and the like: a short lock_timeout would leave INVALID copies.
  if (nonTransactional === "reindex-many" && node && isConcurrentReindex(node)) {
    return reindexConcurrently;
  }
  return KINDS[nonTransactional];
}
