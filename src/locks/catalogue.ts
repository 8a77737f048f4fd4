/**
 * The statements whose locks are measured. An entry is one shape: a statement form that can be told
 * from the parse tree alone. Several entries may share a shape when its locks or its work depend on
 * what is in the catalog (a foreign key, a default partition): the shape's facts are the union, and
 * each `case` has facts of its own beside.
 *
 * Every entry runs in a schema of its own that holds FIXTURE, so the names below mean the same
 * everywhere. To teach Lockstep a new shape, add an entry here, name the shape in shape.ts and run
 * `npm run facts`.
 */
import { ALTER_OTHER_SHAPES } from "./catalogue/alter-other.ts";
import { ALTER_TABLE_SHAPES } from "./catalogue/alter-table.ts";
import { COLUMN_SHAPES } from "./catalogue/columns.ts";
import { CONSTRAINT_SHAPES } from "./catalogue/constraints.ts";
import { DATA_SHAPES } from "./catalogue/data.ts";
import { INDEX_SHAPES } from "./catalogue/indexes.ts";
import { OBJECT_SHAPES } from "./catalogue/objects.ts";
import { PARTITION_SHAPES } from "./catalogue/partitions.ts";
import { TABLE_SHAPES } from "./catalogue/tables.ts";
import { TYPE_SHAPES } from "./catalogue/types.ts";
import type { LockRole } from "./lock-facts.ts";

export interface CatalogueEntry {
  /** The shape id, as in the facts. */
  readonly id: string;
  /** What the catalog holds, where the shape's work depends on it: facts `id:case` of its own. */
  readonly case?: string;
  /** Counts for its case only: the statement has another shape too, which says the rest. */
  readonly apart?: true;
  /** Run after FIXTURE and committed before the statement. */
  readonly setup?: readonly string[];
  readonly statement: string;
  /** Which relation plays which role; a role whose relation is not locked is left out of the facts. */
  readonly targets: Readonly<Partial<Record<LockRole, string>>>;
  /**
   * Set when the statement cannot run inside a transaction block: what another session holds open
   * so that the statement has to wait and can be looked at. One measurement per element.
   */
  readonly behind?: readonly string[];
  /** The first major version whose grammar has this statement. */
  readonly since?: number;
}

/** `account` refers to `org`, is referred to by `item`, has a child, a view, a trigger and indexes. */
export const FIXTURE: readonly string[] = [
  "create table org (id bigint primary key)",
  `create table account (
     id bigint constraint account_pkey primary key,
     name text,
     note text,
     code integer not null default 0,
     slug text not null,
     org_id bigint constraint account_org_fk references org,
     constraint account_code_check check (code >= 0))`,
  "create index account_name_idx on account (name)",
  "create unique index account_slug_idx on account (slug)",
  "create table account_vip () inherits (account)",
  "create table item (id bigint primary key, account_id bigint constraint item_account_fk references account)",
  "create view account_notes as select id, note from account",
  "create materialized view account_ids as select id from account",
  "create unique index account_ids_idx on account_ids (id)",
  "create sequence ticket",
  "create function touch() returns trigger language plpgsql as 'begin return new; end'",
  "create trigger account_touch before update on account for each row execute function touch()",
  "create table event (id bigint not null, at integer not null) partition by range (at)",
  "create table event_old partition of event for values from (0) to (100)",
  "create table event_default partition of event default",
  "create table event_new (id bigint not null, at integer not null)",
  "create table log (at integer not null) partition by range (at)",
  "create table log_old partition of log for values from (0) to (100)",
  "insert into org values (1)",
  "insert into account (id, slug, org_id) values (1, 'a', 1)",
  "insert into account_vip (id, slug, org_id) values (2, 'b', 1)",
  "insert into item values (1, null)",
  "insert into event values (1, 50), (1, 1000)",
  "insert into event_new values (1, 150)",
  "insert into log values (50)",
  "refresh materialized view account_ids",
];

export const CATALOGUE: readonly CatalogueEntry[] = [
  ...COLUMN_SHAPES,
  ...CONSTRAINT_SHAPES,
  ...ALTER_TABLE_SHAPES,
  ...ALTER_OTHER_SHAPES,
  ...TYPE_SHAPES,
  ...INDEX_SHAPES,
  ...TABLE_SHAPES,
  ...OBJECT_SHAPES,
  ...DATA_SHAPES,
  // Last, so that the plain table is the example that the documentation shows.
  ...PARTITION_SHAPES,
];
