/** ALTER TABLE … COLUMN, by what the catalog and the expression hold. */
import type { CatalogueEntry } from "../catalogue.ts";
import { onAccount, onEvent, since } from "./on-account.ts";

const POSITIVE = ["create domain positive as integer check (value > 0)"];
const PLAIN = ["create domain plain as integer"];
const NO_CHILD = ["drop table account_vip"];
const NO_PRIMARY_KEY = "alter table account drop constraint account_pkey cascade";
const LABEL = "alter table account add column label varchar(20)";
const WIDER = "alter column label type varchar(50)";
const STORED = [
  "alter table account add column twice integer generated always as (code * 2) stored",
];
// Refused while the table has a CHECK constraint.
const VIRTUAL = [
  "alter table account drop constraint account_code_check",
  "alter table account add column twice integer generated always as (code * 2) virtual",
];

export const COLUMN_SHAPES: readonly CatalogueEntry[] = [
  onAccount("add-column:nullable", "add column added text"),
  onAccount("add-column:constrained-domain", "add column added positive", POSITIVE),
  onAccount("add-column:unconstrained-domain", "add column added plain", PLAIN),
  onAccount("add-column:domain-default", "add column added plain", [
    "create domain plain as integer default 7",
  ]),
  onAccount("add-column:domain-volatile-default", "add column added plain", [
    "create domain plain as uuid default gen_random_uuid()",
  ]),
  onAccount("add-column:check", "add column added integer check (added > 0)"),
  onAccount("add-column:unique", "add column added integer unique"),
  // Only an empty table can get a key without values.
  onAccount("add-column:primary-key", "add column added integer primary key", [
    NO_PRIMARY_KEY,
    "delete from account",
  ]),
  apart(onAccount("add-column:references", "add column added bigint references org")),
  onAccount("add-column:serial", "add column added serial"),
  onAccount("add-column:serial-primary-key", "add column added bigserial primary key", [
    NO_PRIMARY_KEY,
  ]),
  ...[
    onAccount("add-column:virtual", `add column added integer ${virtual("")}`),
    onAccount("add-column:virtual-not-null", `add column added integer ${virtual("not null")}`),
    onAccount(
      "add-column:virtual-check",
      `add column added integer ${virtual("check (added >= 0)")}`,
    ),
  ].map((entry) => since(18, entry)),
  onEvent("add-column", "add column added text"),

  onAccount("add-column-default:not-null", "add column added integer not null default 7"),
  onAccount("add-column-default:constant", "add column added integer default 7"),
  // No function call in the tree, but not a constant either.
  onAccount("add-column-default:stable", "add column added timestamptz default current_timestamp"),
  onAccount("add-column-default:check", "add column added integer default 7 check (added > 0)"),
  onAccount("add-column-default:unique", "add column added integer default 7 unique"),
  apart(
    onAccount("add-column-default:references", "add column added bigint default 1 references org"),
  ),
  onAccount(
    "add-column-default:constrained-domain",
    "add column added positive default 1",
    POSITIVE,
  ),
  onAccount("add-column-default:unconstrained-domain", "add column added plain default 1", PLAIN),
  onEvent("add-column-default", "add column added integer not null default 7"),

  onAccount(
    "add-column-function-default:volatile",
    "add column added uuid default gen_random_uuid()",
  ),
  onAccount("add-column-function-default:stable", "add column added timestamptz default now()"),
  onAccount("add-column-function-default:immutable", "add column added text default lower('A')"),
  onAccount(
    "add-column-function-default:nextval",
    "add column added bigint default nextval('ticket')",
  ),
  onEvent("add-column-function-default", "add column added uuid default gen_random_uuid()"),
  onAccount(
    "add-column-generated:stored",
    "add column added text generated always as (name || 'x') stored",
  ),
  onAccount(
    "add-column-identity",
    "add column added bigint generated always as identity",
    NO_CHILD,
  ),
  onAccount("drop-column", "drop column org_id"),

  // The column is the key on both ends, so that both foreign keys have to be rebuilt.
  onAccount("alter-column-type", "alter column id type integer, alter column org_id type integer", [
    "drop view account_notes",
    "drop materialized view account_ids",
  ]),
  onAccount("alter-column-type:rewrite", "alter column code type bigint"),
  onAccount("alter-column-type:same", "alter column name type text"),
  onAccount("alter-column-type:binary", WIDER, [LABEL]),
  onAccount("alter-column-type:binary-using", `${WIDER} using label::varchar(50)`, [LABEL]),
  onAccount("alter-column-type:using", `${WIDER} using lower(label)`, [LABEL]),
  onAccount("alter-column-type:narrower", "alter column label type varchar(10)", [LABEL]),
  onAccount("alter-column-type:binary-check", WIDER, [
    LABEL,
    "alter table account add constraint named check (label <> '')",
  ]),
  onAccount("alter-column-type:binary-not-null", WIDER, [
    "alter table account add column label varchar(20) not null default 'a'",
  ]),
  onAccount("alter-column-type:binary-default", WIDER, [
    "alter table account add column label varchar(20) default 'a'",
  ]),
  onAccount("alter-column-type:binary-indexed", WIDER, [LABEL, "create index on account (label)"]),
  onAccount("alter-column-type:binary-unique", WIDER, [
    LABEL,
    "alter table account add unique (label)",
  ]),
  onAccount("alter-column-type:binary-partial-index", WIDER, [
    LABEL,
    "create index on account (code) where label is not null",
  ]),
  onAccount("alter-column-type:binary-partial-index", WIDER, [
    LABEL,
    "create index on account (lower(label))",
  ]),
  {
    ...onAccount("alter-column-type:binary-foreign-key", WIDER, [
      "create table kind (label varchar(20) primary key)",
      "alter table account add column label varchar(20) constraint named references kind",
    ]),
    targets: { target: "account", child: "account_vip", referenced: "kind" },
  },
  onAccount("alter-column-type:collation", 'alter column note type text collate "POSIX"', [
    "drop view account_notes",
  ]),
  onAccount("alter-column-type:collation-indexed", 'alter column name type text collate "POSIX"'),
  // The rows are the same only where local time is UTC, which the measuring session has.
  onAccount("alter-column-type:timestamptz-in-utc", "alter column label type timestamptz", [
    "alter table account add column label timestamp",
  ]),
  onAccount("alter-column-type:timestamptz", "alter column label type timestamptz", [
    "alter table account add column label timestamp",
    "set timezone = 'Europe/Oslo'",
  ]),
  onAccount("alter-column-type:constrained-domain", "alter column label type positive", [
    ...POSITIVE,
    "alter table account add column label integer",
  ]),
  onAccount("alter-column-type:unconstrained-domain", "alter column label type plain", [
    ...PLAIN,
    "alter table account add column label integer",
  ]),
  onEvent("alter-column-type", "alter column label type bigint", [
    "alter table event add column label integer",
  ]),

  onAccount("set-default", "alter column code set default 1"),
  onAccount("drop-default", "alter column code drop default"),
  onAccount("set-not-null:scan", "alter column org_id set not null"),
  onAccount("set-not-null:proved", "alter column org_id set not null", [
    "alter table account add constraint named check (org_id is not null)",
  ]),
  onAccount("set-not-null:check-not-valid", "alter column org_id set not null", [
    "alter table account add constraint named check (org_id is not null) not valid",
  ]),
  since(
    18,
    onAccount("set-not-null:not-null-not-valid", "alter column org_id set not null", [
      "alter table account add constraint named not null org_id not valid",
    ]),
  ),
  onAccount("set-not-null:already", "alter column code set not null"),
  onEvent("set-not-null", "alter column label set not null", [
    "alter table event add column label integer default 1",
  ]),
  onAccount("drop-not-null", "alter column code drop not null"),
  onAccount("add-identity", "alter column id add generated always as identity"),
  onAccount("set-identity", "alter column id set generated always", [
    "alter table account alter column id add generated by default as identity",
  ]),
  onAccount("drop-identity", "alter column id drop identity", [
    "alter table account alter column id add generated by default as identity",
  ]),
  onAccount("drop-expression", "alter column twice drop expression", STORED),
  since(
    17,
    onAccount("set-expression:stored", "alter column twice set expression as (code * 3)", STORED),
  ),
  since(
    18,
    onAccount("set-expression:virtual", "alter column twice set expression as (code * 3)", VIRTUAL),
  ),
];

function virtual(constraint: string): string {
  return `generated always as (code * 2) virtual ${constraint}`.trimEnd();
}

/** The statement is an ADD FOREIGN KEY as well, and that shape has the rest of the truth. */
function apart(entry: CatalogueEntry): CatalogueEntry {
  return { ...entry, apart: true };
}
