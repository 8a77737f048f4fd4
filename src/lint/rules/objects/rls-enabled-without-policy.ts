import { nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { tableOf } from "../support/existing.ts";
import { laterStatements } from "../support/later.ts";

export const rlsEnabledWithoutPolicy = defineRule({
  id: "rls-enabled-without-policy",
  kind: "security",
  severity: "error",
  phase: "contract",
  summary: "Row security is enabled on a table that has no policy",
  why: "Without a policy nobody but the owner and superusers sees a row or may write one: queries do not fail, they come back empty.",
  instead:
    "Create the policies first, in the same file or before it, then ENABLE ROW LEVEL SECURITY.",
  bad: [
    {
      history: "create table orders (id bigint primary key, tenant text);",
      sql: "alter table orders enable row level security;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, tenant text);",
      sql: "create policy tenant on orders using (tenant = current_user);\nalter table orders enable row level security;",
    },
    {
      history: "create table orders (id bigint primary key, tenant text);",
      sql: "alter table orders enable row level security;\ncreate policy tenant on orders using (tenant = current_user);",
    },
  ],
  otherIds: { migrationPilot: ["MP057"] },
  on: ["AlterTableStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (alterCommands(node, "AT_EnableRowSecurity").length === 0) return;
    const target = alteredTable(node, catalog);
    const table = target && tableOf(target);
    // Of a table that the files do not make, nobody knows the policies.
    if (table === undefined || table.policies.length > 0 || table.rowSecurity) return;
    const follows = laterStatements(context).some(
      ({ node: later }) =>
        "CreatePolicyStmt" in later && nameOf(later.CreatePolicyStmt.table)?.name === table.name,
    );
    if (follows) return;
    yield {
      message: `\`${target!.name}\` has no policy: from the commit on, everybody but its owner finds it empty. Create the policies first.`,
      relation: target!.name,
    };
  },
});
