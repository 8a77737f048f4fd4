/** ALTER of views, materialized views and sequences. */
import type { CatalogueEntry } from "../catalogue.ts";

const VIEW = { target: "account_notes", source: "account" } as const;
const MATVIEW = { target: "account_ids", source: "account" } as const;
const SEQUENCE = { target: "ticket", "table-of-sequence": "account" } as const;

export const ALTER_OTHER_SHAPES: readonly CatalogueEntry[] = [
  {
    id: "alter-view/set-default",
    statement: "alter view account_notes alter column note set default 'x'",
    targets: VIEW,
  },
  {
    id: "alter-view/drop-default",
    statement: "alter view account_notes alter column note drop default",
    targets: VIEW,
  },
  {
    id: "alter-view/owner",
    statement: "alter view account_notes owner to pg_monitor",
    targets: VIEW,
  },
  {
    id: "alter-view/set-parameter/security_barrier",
    statement: "alter view account_notes set (security_barrier)",
    targets: VIEW,
  },
  {
    id: "alter-view/set-parameter/security_invoker",
    statement: "alter view account_notes set (security_invoker)",
    targets: VIEW,
    since: 15,
  },
  {
    id: "alter-view/rename-column",
    statement: "alter view account_notes rename column note to renamed",
    targets: VIEW,
  },
  {
    id: "alter-view/rename",
    statement: "alter view account_notes rename to renamed",
    targets: VIEW,
  },
  {
    id: "alter-view/set-schema",
    statement: "alter view account_notes set schema public",
    targets: VIEW,
  },
  {
    id: "alter-materialized-view/owner",
    statement: "alter materialized view account_ids owner to pg_monitor",
    targets: MATVIEW,
  },
  {
    id: "alter-materialized-view/rename",
    statement: "alter materialized view account_ids rename to renamed",
    targets: MATVIEW,
  },
  {
    id: "alter-materialized-view/set-schema",
    statement: "alter materialized view account_ids set schema public",
    targets: MATVIEW,
  },
  {
    id: "alter-sequence",
    statement: "alter sequence ticket increment by 2 cache 5",
    targets: SEQUENCE,
  },
  { id: "alter-sequence", statement: "alter sequence ticket restart with 5", targets: SEQUENCE },
  {
    id: "alter-sequence/owned-by",
    statement: "alter sequence ticket owned by account.id",
    targets: SEQUENCE,
  },
  {
    id: "alter-sequence/owner",
    statement: "alter sequence ticket owner to pg_monitor",
    targets: SEQUENCE,
  },
  {
    id: "alter-sequence/rename",
    statement: "alter sequence ticket rename to renamed",
    targets: SEQUENCE,
  },
  {
    id: "alter-sequence/set-schema",
    statement: "alter sequence ticket set schema public",
    targets: SEQUENCE,
  },
];
