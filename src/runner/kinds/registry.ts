/** Every kind that the parser can name, and how it survives a crash. */
import type { NonTransactionalKind } from "../../sql/statement.ts";
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
