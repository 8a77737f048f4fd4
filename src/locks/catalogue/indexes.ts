/** Indexes: built, rebuilt, renamed and dropped, with and without CONCURRENTLY. */
import type { CatalogueEntry } from "../catalogue.ts";
import { named } from "./on-account.ts";

const INDEX = { index: "account_name_idx", "table-of-index": "account" } as const;
const TABLE = { target: "account", index: "account_name_idx" } as const;
const WRITER = ["lock table account in row exclusive mode"];

export const INDEX_SHAPES: readonly CatalogueEntry[] = [
  createIndex("plain", "index on account (note)"),
  createIndex("unique", "unique index on account (note)"),
  createIndex("partial", "index on account (note) where code > 0"),
  createIndex("expression", "index on account (lower(note))"),
  {
    id: "create-index-concurrently",
    statement: "create index concurrently account_note_idx on account (note)",
    targets: { target: "account" },
    behind: WRITER,
  },
  { id: "drop-index", statement: "drop index account_name_idx", targets: INDEX },
  {
    id: "drop-index-concurrently",
    statement: "drop index concurrently account_name_idx",
    targets: INDEX,
    behind: WRITER,
  },
  { id: "reindex-table", statement: "reindex table account", targets: TABLE },
  { id: "reindex-index", statement: "reindex index account_name_idx", targets: INDEX },
  {
    id: "reindex-table-concurrently",
    statement: "reindex table concurrently account",
    targets: TABLE,
    behind: WRITER,
  },
  {
    id: "reindex-index-concurrently",
    statement: "reindex index concurrently account_name_idx",
    targets: INDEX,
    behind: WRITER,
  },
  ...["", "-concurrently"].map((how) => ({
    id: `reindex-schema${how}`,
    // The other tables with indexes would be rebuilt as well, one after another.
    setup: ["drop table item, org cascade", "drop materialized view account_ids"],
    statement: `reindex schema ${how.slice(1)} lock_facts`,
    targets: { target: "account", child: "account_vip" },
    behind: WRITER,
  })),
  alterIndex("rename", "rename to renamed"),
  alterIndex("set-parameter/fillfactor", "set (fillfactor = 70)"),
  alterIndex("reset-parameter/fillfactor", "reset (fillfactor)"),
  alterIndex("set-parameter/deduplicate_items", "set (deduplicate_items = off)"),
  {
    ...alterIndex("set-parameter/fastupdate", "set (fastupdate = off)"),
    setup: [
      "alter table account add column words tsvector",
      "drop index account_name_idx",
      "create index account_name_idx on account using gin (words)",
    ],
  },
  alterIndex("set-tablespace:same", "set tablespace pg_default"),
  alterIndex("set-tablespace:other", "set tablespace lock_facts"),
  {
    ...alterIndex("set-statistics", "alter column 1 set statistics 500"),
    setup: [
      "drop index account_name_idx",
      "create index account_name_idx on account (lower(name))",
    ],
  },
  {
    id: "alter-index/attach-partition",
    setup: [
      "create index event_idx on only event (id)",
      "create index event_old_idx on event_old (id)",
    ],
    statement: "alter index event_idx attach partition event_old_idx",
    targets: {
      parent: "event_idx",
      partition: "event_old_idx",
      "table-of-index": "event",
      child: "event_old",
    },
  },
];

function alterIndex(name: string, command: string): CatalogueEntry {
  return {
    ...named(`alter-index/${name}`),
    statement: `alter index account_name_idx ${command}`,
    targets: INDEX,
  };
}

function createIndex(kind: string, index: string): CatalogueEntry {
  return {
    id: "create-index",
    case: kind,
    statement: `create ${index}`,
    targets: { target: "account" },
  };
}
