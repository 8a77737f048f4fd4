import { findTable, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { existing, tableOf } from "../support/existing.ts";
import { laterStatements } from "../support/later.ts";

export const restrictivePolicy = defineRule({
  id: "restrictive-policy",
  kind: "security",
  severity: "warning",
  phase: "contract",
  summary: "A restrictive policy takes rows away from running code",
  why: "A RESTRICTIVE policy is a further condition on what the permissive ones allow. Rows that the running application sees today may be gone at the commit, without an error; where there is no permissive policy, all of them are.",
  instead:
    "Release code that works with the condition first. A table needs at least one permissive policy.",
  bad: [
    {
      history:
        "create table orders (id bigint, tenant text);\ncreate policy everybody on orders using (true);\nalter table orders enable row level security;",
      sql: "create policy own on orders as restrictive using (tenant = current_user);",
    },
    {
      sql: "create table orders (id bigint, tenant text);\ncreate policy own on orders as restrictive using (tenant = current_user);\nalter table orders enable row level security;",
      note: "no permissive policy: the table is empty for everybody",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint, tenant text);",
      sql: "create policy own on orders using (tenant = current_user);",
    },
    {
      sql: "create table orders (id bigint, tenant text);\ncreate policy everybody on orders using (true);\ncreate policy own on orders as restrictive using (tenant = current_user);\nalter table orders enable row level security;",
      note: "a new table",
    },
  ],
  on: ["CreatePolicyStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("CreatePolicyStmt" in node) || node.CreatePolicyStmt.permissive === true) return;
    const { table: relation, policy_name } = node.CreatePolicyStmt;
    const name = nameOf(relation);
    const found = findTable(catalog, name);
    const alone =
      found?.policies.length === 0 &&
      !laterStatements(context).some(
        ({ node: later }) =>
          "CreatePolicyStmt" in later &&
          later.CreatePolicyStmt.permissive === true &&
          nameOf(later.CreatePolicyStmt.table)?.name === name?.name,
      );
    const target = existing(catalog, name);
    const hides = target !== undefined && tableOf(target)?.rowSecurity !== false;
    if (!alone && !hides) return;
    yield {
      message: alone
        ? `\`${policy_name}\` is restrictive, and \`${name?.name}\` has no permissive policy: nobody but its owner sees a row. Create a permissive one.`
        : `\`${policy_name}\` takes rows of \`${target?.name}\` away from running code, without an error. Release code that works with it first.`,
      at: relation?.location,
    };
  },
});
