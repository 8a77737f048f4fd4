/**
 * A table becomes a partition, by what has to be checked or built for it. `log` has no default
 * partition, `event` has one.
 */
import type { CatalogueEntry } from "../catalogue.ts";
import { named } from "./on-account.ts";

const FITS = "check (at is not null and at >= 100 and at < 200)";
const NEW = ["create table log_new (at integer not null)", "insert into log_new values (150)"];
const PROVED = [...NEW, `alter table log_new add ${FITS}`];
const INDEXED = "create index on log (at)";
const DEFAULT_PROVED = "alter table event_default add check (at is not null and at >= 1000)";
const LISTED = [
  "create table letter (kind text) partition by list (kind)",
  "create table letter_new (kind text)",
];
const HASHED = [
  "create table part (kind integer not null) partition by hash (kind)",
  "create table part_new (kind integer not null)",
];
const FOREIGN_KEY = [
  "alter table log add column org_id bigint constraint log_org references org",
  "alter table log_new add column org_id bigint",
];
const RANGE = "for values from (100) to (200)";

export const ATTACH_SHAPES: readonly CatalogueEntry[] = [
  attach("scan", "log", "log_new", RANGE, NEW),
  attach("proved", "log", "log_new", RANGE, PROVED),
  attach("missing-index", "log", "log_new", RANGE, [INDEXED, ...NEW]),
  attach("missing-index-proved", "log", "log_new", RANGE, [INDEXED, ...PROVED]),
  attach("matching-index-proved", "log", "log_new", RANGE, [
    INDEXED,
    ...PROVED,
    "create index on log_new (at)",
  ]),
  attach("foreign-key", "log", "log_new", RANGE, [...PROVED, ...FOREIGN_KEY]),
  // The same foreign key on the new partition is taken over as it is.
  attach("matching-foreign-key", "log", "log_new", RANGE, [
    ...PROVED,
    ...FOREIGN_KEY,
    "alter table log_new add foreign key (org_id) references org",
  ]),
  attach("list-scan", "letter", "letter_new", "for values in ('a')", LISTED),
  attach("list-proved", "letter", "letter_new", "for values in ('a')", [
    ...LISTED,
    "alter table letter_new add check (kind is not null and kind in ('a'))",
  ]),
  attach("hash-scan", "part", "part_new", "for values with (modulus 2, remainder 0)", HASHED),
  attach("default-scan", "event", "event_new", RANGE, [`alter table event_new add ${FITS}`]),
  attach("default-proved", "event", "event_new", RANGE, [
    `alter table event_new add ${FITS}`,
    DEFAULT_PROVED,
  ]),
  partitionOf("no-default", "log", []),
  partitionOf("default-scan", "event", []),
  partitionOf("default-proved", "event", [DEFAULT_PROVED]),
];

function attach(
  name: string,
  parent: string,
  partition: string,
  bounds: string,
  setup: readonly string[],
): CatalogueEntry {
  return {
    ...named(`alter-table/attach-partition:${name}`),
    setup,
    statement: `alter table ${parent} attach partition ${partition} ${bounds}`,
    targets: { parent, partition, "default-partition": "event_default", referenced: "org" },
  };
}

function partitionOf(name: string, parent: string, setup: readonly string[]): CatalogueEntry {
  return {
    ...named(`create-table/partition-of:${name}`),
    setup,
    statement: `create table added partition of ${parent} for values from (200) to (300)`,
    targets: { parent, "default-partition": "event_default" },
  };
}
