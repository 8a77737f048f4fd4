/** Constraints of a table, by what the catalog proves already. */
import type { CatalogueEntry } from "../catalogue.ts";
import { onAccount, onEvent, since } from "./on-account.ts";

const NO_PRIMARY_KEY = "alter table account drop constraint account_pkey cascade";
const NOT_ENFORCED = [
  "alter table account drop constraint account_org_fk",
  `alter table account add constraint account_org_fk
     foreign key (org_id) references org not enforced`,
];

export const CONSTRAINT_SHAPES: readonly CatalogueEntry[] = [
  onAccount("add-check", "add constraint named check (code < 100)"),
  since(
    18,
    onAccount("add-check:not-enforced", "add constraint named check (code < 100) not enforced"),
  ),
  onEvent("add-check", "add constraint named check (at >= 0)"),
  onAccount("add-check-not-valid", "add constraint named check (code < 100) not valid"),
  since(18, onAccount("add-not-null:scan", "add constraint named not null org_id")),
  since(
    18,
    onAccount("add-not-null:proved", "add constraint named not null org_id", [
      "alter table account add constraint proof check (org_id is not null)",
    ]),
  ),
  since(18, onAccount("add-not-null-not-valid", "add constraint named not null org_id not valid")),
  onAccount("add-foreign-key", "add constraint named foreign key (org_id) references org"),
  since(
    18,
    onAccount(
      "add-foreign-key:not-enforced",
      "add constraint named foreign key (org_id) references org not enforced",
    ),
  ),
  onEvent("add-foreign-key", "add foreign key (id) references org"),
  onAccount(
    "add-foreign-key-not-valid",
    "add constraint named foreign key (org_id) references org not valid",
  ),
  onAccount("add-primary-key:not-null", "add primary key (id)", [
    NO_PRIMARY_KEY,
    "alter table account alter column id set not null",
  ]),
  onAccount("add-primary-key:nullable", "add primary key (id)", [
    NO_PRIMARY_KEY,
    "alter table account alter column id drop not null",
  ]),
  onAccount("add-primary-key:proved", "add primary key (id)", [
    NO_PRIMARY_KEY,
    "alter table account alter column id drop not null",
    "alter table account add constraint proof check (id is not null)",
  ]),
  onEvent("add-primary-key", "add primary key (id, at)"),
  onAccount("add-unique", "add constraint named unique (name)"),
  onEvent("add-unique", "add constraint named unique (id, at)"),
  onAccount("add-exclusion", "add constraint named exclude (name with =)"),
  onAccount(
    "add-constraint-using-index:unique",
    "add constraint named unique using index account_slug_idx",
  ),
  onAccount(
    "add-constraint-using-index:primary-key-not-null",
    "add constraint named primary key using index account_slug_idx",
    [NO_PRIMARY_KEY],
  ),
  onAccount(
    "add-constraint-using-index:primary-key-nullable",
    "add constraint named primary key using index account_key_idx",
    [
      NO_PRIMARY_KEY,
      "update account set name = slug",
      "create unique index account_key_idx on account (name)",
    ],
  ),
  onAccount(
    "add-constraint-using-index:primary-key-proved",
    "add constraint named primary key using index account_key_idx",
    [
      NO_PRIMARY_KEY,
      "update account set name = slug",
      "create unique index account_key_idx on account (name)",
      "alter table account add constraint proof check (name is not null)",
    ],
  ),
  // Which kind of constraint is meant is in the catalog.
  onAccount("validate-constraint:foreign-key", "validate constraint named", [
    "alter table account add constraint named foreign key (org_id) references org not valid",
  ]),
  onAccount("validate-constraint:check", "validate constraint named", [
    "alter table account add constraint named check (code < 100) not valid",
  ]),
  since(
    18,
    onAccount("validate-constraint:not-null", "validate constraint named", [
      "alter table account add constraint named not null org_id not valid",
    ]),
  ),
  onAccount("validate-constraint:valid", "validate constraint account_code_check"),
  onEvent("validate-constraint", "validate constraint named", [
    "alter table event add constraint named check (at >= 0) not valid",
  ]),
  onAccount("drop-constraint", "drop constraint account_org_fk"),
  onAccount("drop-constraint", "drop constraint account_code_check"),
  onAccount("drop-constraint", "drop constraint account_pkey cascade"),
  onAccount("alter-constraint", "alter constraint account_org_fk deferrable"),
  since(
    18,
    onAccount(
      "alter-constraint:enforced",
      "alter constraint account_org_fk enforced",
      NOT_ENFORCED,
    ),
  ),
  since(
    18,
    onAccount("alter-constraint:not-enforced", "alter constraint account_org_fk not enforced"),
  ),
  onAccount("rename-constraint", "rename constraint account_code_check to renamed"),
];
