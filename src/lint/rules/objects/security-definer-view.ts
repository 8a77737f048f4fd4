import { written } from "../../../catalog/catalog.ts";
import { findTable } from "../../../catalog/find.ts";
import { relationsIn } from "../../../locks/relation-name.ts";
import { defineRule } from "../../rule.ts";

export const securityDefinerView = defineRule({
  id: "security-definer-view",
  kind: "security",
  severity: "warning",
  phase: "expand",
  versions: { since: 15 },
  summary: "A view reads around the row security of its table",
  why: "A view reads its tables with the rights of its owner, to whom the policies of a table usually do not apply. Whoever may read the view then sees all rows.",
  instead:
    "`CREATE VIEW … WITH (security_invoker = true)` (since 15): the view reads as whoever asks.",
  bad: [
    {
      history:
        "create table orders (id bigint, tenant text);\ncreate policy own on orders using (tenant = current_user);\nalter table orders enable row level security;",
      sql: "create view order_ids as select id from orders;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint, tenant text);\ncreate policy own on orders using (tenant = current_user);\nalter table orders enable row level security;",
      sql: "create view order_ids with (security_invoker = true) as select id from orders;",
    },
    {
      history: "create table orders (id bigint, tenant text);",
      sql: "create view order_ids as select id from orders;",
      note: "no row security",
    },
  ],
  on: ["ViewStmt"],
  *check({ node, catalog }) {
    if (!("ViewStmt" in node)) return;
    const { view, query, options = [] } = node.ViewStmt;
    const invoker = options.some(
      (one) => "DefElem" in one && one.DefElem.defname === "security_invoker",
    );
    if (invoker) return;
    const table = relationsIn(query)
      .map((name) => findTable(catalog, name))
      .find((one) => one?.rowSecurity === true);
    if (table === undefined) return;
    yield {
      message: `\`${view?.relname}\` reads \`${written(table)}\` as its owner, to whom the policies do not apply. Create it WITH (security_invoker = true).`,
      at: view?.location,
    };
  },
});
