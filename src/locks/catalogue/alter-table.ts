/** ALTER TABLE of the table as a whole, one entry per sub-command that the parse tree can tell apart. */
import type { CatalogueEntry } from "../catalogue.ts";
import { onAccount, since } from "./on-account.ts";

export const ALTER_TABLE_SHAPES: readonly CatalogueEntry[] = [
  onAccount("rename-column", "rename column name to renamed"),
  onAccount("rename-table", "rename to renamed"),
  onAccount("set-schema", "set schema public"),
  onAccount("owner", "owner to current_user"),
  onAccount("owner", "owner to pg_monitor"),
  onAccount("set-statistics", "alter column name set statistics 500"),
  onAccount("set-column-options", "alter column name set (n_distinct = 5)"),
  onAccount("reset-column-options", "alter column name reset (n_distinct)"),
  onAccount("set-storage", "alter column name set storage external"),
  onAccount("set-compression", "alter column name set compression pglz"),
  ...parameters([
    "fillfactor = 70",
    "parallel_workers = 2",
    "toast_tuple_target = 4080",
    "user_catalog_table = false",
    "vacuum_index_cleanup = on",
    "vacuum_truncate = on",
    "autovacuum_enabled = false",
    "autovacuum_vacuum_threshold = 5",
    "autovacuum_vacuum_scale_factor = 0.01",
    "autovacuum_vacuum_insert_threshold = 5",
    "autovacuum_vacuum_insert_scale_factor = 0.01",
    "autovacuum_analyze_threshold = 5",
    "autovacuum_analyze_scale_factor = 0.01",
    "autovacuum_vacuum_cost_delay = 1",
    "autovacuum_vacuum_cost_limit = 100",
    "autovacuum_freeze_max_age = 100000000",
    "autovacuum_freeze_min_age = 1000000",
    "autovacuum_freeze_table_age = 1000000",
    "log_autovacuum_min_duration = 0",
  ]),
  onAccount("enable-trigger", "enable trigger account_touch"),
  onAccount("disable-trigger", "disable trigger account_touch"),
  onAccount("enable-trigger", "enable trigger all"),
  onAccount("disable-trigger", "disable trigger all"),
  onAccount("enable-row-security", "enable row level security"),
  onAccount("disable-row-security", "disable row level security"),
  onAccount("force-row-security", "force row level security"),
  onAccount("no-force-row-security", "no force row level security"),
  onAccount("replica-identity", "replica identity full"),
  onAccount("replica-identity", "replica identity using index account_slug_idx"),
  onAccount("set-unlogged", "set unlogged", [
    "alter table item drop constraint item_account_fk",
    "alter table account drop constraint account_org_fk",
  ]),
  onAccount("set-logged", "set logged", [
    "alter table item drop constraint item_account_fk",
    "alter table account drop constraint account_org_fk",
    "alter table account set unlogged",
  ]),
  since(15, onAccount("set-access-method:same", "set access method heap")),
  since(15, onAccount("set-access-method:other", "set access method lock_facts")),
  onAccount("set-tablespace:same", "set tablespace pg_default"),
  onAccount("set-tablespace:other", "set tablespace lock_facts"),
  onAccount("cluster-on", "cluster on account_name_idx"),
  onAccount("set-without-cluster", "set without cluster"),
  {
    id: "alter-table/inherit",
    setup: ["create table account_new (like account including all)"],
    statement: "alter table account_new inherit account",
    targets: { target: "account_new", parent: "account" },
  },
  {
    id: "alter-table/no-inherit",
    statement: "alter table account_vip no inherit account",
    targets: { target: "account_vip", parent: "account" },
  },
];

/** The lock of SET (...) depends on the parameter (reloptions.c), so each is a shape of its own. */
function parameters(settings: readonly string[]): CatalogueEntry[] {
  return settings.flatMap((setting) => {
    const name = setting.split(" ")[0] ?? setting;
    return [
      onAccount(`set-parameter/${name}`, `set (${setting})`),
      onAccount(`reset-parameter/${name}`, `reset (${name})`, [
        `alter table account set (${setting})`,
      ]),
    ];
  });
}
