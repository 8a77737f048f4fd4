/** Reading and writing rows. */
import type { CatalogueEntry } from "../catalogue.ts";

const WRITTEN = {
  target: "account",
  referenced: "org",
  referencing: "item",
  child: "account_vip",
} as const;

export const DATA_SHAPES: readonly CatalogueEntry[] = [
  {
    id: "select",
    statement: "select id from account",
    targets: { source: "account", child: "account_vip" },
  },
  {
    id: "select-for-update",
    statement: "select id from account for update",
    targets: { target: "account", child: "account_vip" },
  },
  {
    id: "insert",
    statement: "insert into account (id, slug, org_id) values (2, 'b', 1)",
    targets: WRITTEN,
  },
  { id: "update", statement: "update account set id = 3, org_id = 1", targets: WRITTEN },
  { id: "delete", statement: "delete from account", targets: WRITTEN },
  {
    id: "merge",
    statement: "merge into account using org on account.org_id = org.id when matched then delete",
    targets: { target: "account", source: "org", child: "account_vip", referencing: "item" },
    since: 15,
  },
  // Nothing but /dev/null is at the same place for every server; no rows, so no foreign key is looked up.
  { id: "copy-from", statement: "copy account from '/dev/null'", targets: WRITTEN },
  { id: "copy-to", statement: "copy account to '/dev/null'", targets: { source: "account" } },
];
