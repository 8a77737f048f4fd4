/** Tables, views and sequences as a whole: created, dropped, emptied, locked, maintained. */
import type { CatalogueEntry } from "../catalogue.ts";

const EVERYTHING = {
  target: "account",
  referenced: "org",
  referencing: "item",
  child: "account_vip",
  view: "account_notes",
} as const;

const WRITER = ["lock table account in row exclusive mode"];
// VACUUM waits for other maintenance, not for writers. At its end it may try for ACCESS EXCLUSIVE to
// give empty pages back, but without queueing (vacuumlazy.c), so that lock is not one of the facts.
const MAINTENANCE = ["lock table account in share update exclusive mode"];

export const TABLE_SHAPES: readonly CatalogueEntry[] = [
  {
    id: "create-table/foreign-key",
    statement: "create table added (org_id bigint references org)",
    targets: { referenced: "org" },
  },
  {
    id: "create-table/like",
    statement: "create table added (like account including all)",
    targets: { source: "account" },
  },
  {
    id: "create-table/inherits",
    statement: "create table added () inherits (account)",
    targets: { parent: "account" },
  },
  {
    id: "create-table-as",
    statement: "create table added as select id from account",
    targets: { source: "account", child: "account_vip" },
  },
  {
    id: "create-materialized-view",
    statement: "create materialized view added as select id from account",
    targets: { source: "account", child: "account_vip" },
  },
  {
    id: "create-view",
    statement: "create view added as select id from account",
    targets: { source: "account" },
  },
  {
    id: "create-or-replace-view",
    statement: "create or replace view account_notes as select id, note from account",
    targets: { target: "account_notes", source: "account" },
  },
  {
    id: "create-sequence/owned-by",
    statement: "create sequence added owned by account.id",
    targets: { "table-of-sequence": "account" },
  },
  {
    id: "drop-table",
    setup: ["create table doomed (org_id bigint references org)"],
    statement: "drop table doomed",
    targets: { target: "doomed", referenced: "org" },
  },
  {
    id: "drop-table-cascade",
    setup: ["drop materialized view account_ids"],
    statement: "drop table account cascade",
    targets: EVERYTHING,
  },
  {
    id: "drop-view",
    statement: "drop view account_notes",
    targets: { target: "account_notes", source: "account" },
  },
  {
    id: "drop-view-cascade",
    setup: ["create view account_notes_2 as select id from account_notes"],
    statement: "drop view account_notes cascade",
    targets: { target: "account_notes", view: "account_notes_2", source: "account" },
  },
  {
    id: "drop-materialized-view",
    statement: "drop materialized view account_ids",
    targets: { target: "account_ids", source: "account" },
  },
  { id: "drop-sequence", statement: "drop sequence ticket", targets: { target: "ticket" } },
  {
    id: "drop-sequence-cascade",
    setup: ["alter table account alter column code set default nextval('ticket')"],
    statement: "drop sequence ticket cascade",
    targets: { target: "ticket", "table-of-sequence": "account", child: "account_vip" },
  },
  {
    id: "truncate",
    setup: ["alter table item drop constraint item_account_fk"],
    statement: "truncate account",
    targets: EVERYTHING,
  },
  { id: "truncate-cascade", statement: "truncate account cascade", targets: EVERYTHING },
  {
    id: "refresh-materialized-view",
    statement: "refresh materialized view account_ids",
    targets: { target: "account_ids", source: "account", child: "account_vip" },
  },
  {
    id: "refresh-materialized-view-concurrently",
    statement: "refresh materialized view concurrently account_ids",
    targets: { target: "account_ids", source: "account", child: "account_vip" },
  },
  ...[
    "access share",
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
  ].map((mode) => ({
    id: `lock-table/${mode.replaceAll(" ", "-")}`,
    statement: `lock table account in ${mode} mode`,
    targets: { target: "account", child: "account_vip" } as const,
  })),
  {
    id: "analyze",
    statement: "analyze account",
    targets: { target: "account", child: "account_vip" },
  },
  {
    id: "vacuum",
    statement: "vacuum account",
    targets: { target: "account", child: "account_vip" },
    behind: MAINTENANCE,
  },
  {
    id: "vacuum-full",
    statement: "vacuum full account",
    targets: { target: "account", child: "account_vip" },
    behind: WRITER,
  },
  {
    id: "cluster",
    statement: "cluster account using account_name_idx",
    targets: { target: "account" },
  },
];
