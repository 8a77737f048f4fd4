/** What hangs on a table: triggers, policies, rules, statistics, comments, privileges, publications. */
import type { CatalogueEntry } from "../catalogue.ts";

const TRIGGER = {
  "table-of-trigger": "account",
  child: "account_vip",
  referencing: "item",
  referenced: "org",
} as const;
const TABLE = { target: "account", child: "account_vip" } as const;
const POLICY = ["create policy visible on account using (true)"];
const RULE = ["create rule quiet as on insert to account do also nothing"];
const STATISTICS = ["create statistics name_note on name, note from account"];
const PUBLICATION = { target: "account", child: "account_vip", source: "item" } as const;

export const OBJECT_SHAPES: readonly CatalogueEntry[] = [
  {
    id: "create-trigger",
    statement: "create trigger added after insert on account for each row execute function touch()",
    targets: TRIGGER,
  },
  {
    id: "create-constraint-trigger",
    statement:
      "create constraint trigger added after insert on account from org for each row execute function touch()",
    targets: TRIGGER,
  },
  { id: "drop-trigger", statement: "drop trigger account_touch on account", targets: TRIGGER },
  {
    id: "alter-trigger/rename",
    statement: "alter trigger account_touch on account rename to renamed",
    targets: TRIGGER,
  },
  { id: "create-policy", statement: "create policy added on account using (true)", targets: TABLE },
  {
    id: "alter-policy",
    setup: POLICY,
    statement: "alter policy visible on account using (false)",
    targets: TABLE,
  },
  {
    id: "alter-policy/rename",
    setup: POLICY,
    statement: "alter policy visible on account rename to renamed",
    targets: TABLE,
  },
  { id: "drop-policy", setup: POLICY, statement: "drop policy visible on account", targets: TABLE },
  {
    id: "create-rule",
    statement: "create rule added as on insert to account do also nothing",
    targets: TABLE,
  },
  { id: "drop-rule", setup: RULE, statement: "drop rule quiet on account", targets: TABLE },
  {
    id: "alter-rule/rename",
    setup: RULE,
    statement: "alter rule quiet on account rename to renamed",
    targets: TABLE,
  },
  {
    id: "create-function",
    statement:
      "create function counted() returns bigint language sql begin atomic select count(*) from account; end",
    targets: { source: "account" },
  },
  {
    id: "create-statistics",
    statement: "create statistics added on name, note from account",
    targets: TABLE,
  },
  {
    id: "drop-statistics",
    setup: STATISTICS,
    statement: "drop statistics name_note",
    targets: { "table-of-statistics": "account" },
  },
  {
    id: "alter-statistics",
    setup: STATISTICS,
    statement: "alter statistics name_note set statistics 500",
    targets: { "table-of-statistics": "account" },
  },
  { id: "comment/table", statement: "comment on table account is 'x'", targets: TABLE },
  { id: "comment/column", statement: "comment on column account.name is 'x'", targets: TABLE },
  {
    id: "comment/view",
    statement: "comment on view account_notes is 'x'",
    targets: { target: "account_notes", source: "account" },
  },
  {
    id: "comment/materialized-view",
    statement: "comment on materialized view account_ids is 'x'",
    targets: { target: "account_ids", source: "account" },
  },
  {
    id: "comment/sequence",
    statement: "comment on sequence ticket is 'x'",
    targets: { target: "ticket" },
  },
  {
    id: "comment/index",
    statement: "comment on index account_name_idx is 'x'",
    targets: { index: "account_name_idx", "table-of-index": "account" },
  },
  {
    id: "comment/constraint",
    statement: "comment on constraint account_code_check on account is 'x'",
    targets: TABLE,
  },
  {
    id: "comment/trigger",
    statement: "comment on trigger account_touch on account is 'x'",
    targets: TRIGGER,
  },
  {
    id: "comment/policy",
    setup: POLICY,
    statement: "comment on policy visible on account is 'x'",
    targets: TABLE,
  },
  {
    id: "comment/rule",
    setup: RULE,
    statement: "comment on rule quiet on account is 'x'",
    targets: TABLE,
  },
  { id: "grant", statement: "grant select on account to pg_monitor", targets: TABLE },
  { id: "grant", statement: "grant update (name) on account to pg_monitor", targets: TABLE },
  { id: "revoke", statement: "revoke all on account from pg_monitor", targets: TABLE },
  {
    id: "create-publication",
    statement: "create publication lockstep_facts for table account",
    targets: PUBLICATION,
  },
  publication("add", ["create publication lockstep_facts"], "add table account"),
  publication("set", ["create publication lockstep_facts for table item"], "set table account"),
  publication(
    "drop",
    ["create publication lockstep_facts for table account"],
    "drop table account",
  ),
];

function publication(name: string, setup: readonly string[], command: string): CatalogueEntry {
  return {
    id: `alter-publication/${name}`,
    setup,
    statement: `alter publication lockstep_facts ${command}`,
    targets: PUBLICATION,
  };
}
