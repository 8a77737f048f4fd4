import { findView, indexAt, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAfterWords, oneEdit } from "../support/edits.ts";
import { reportWork } from "../support/work.ts";

export const refreshMatviewBlocking = defineRule({
  id: "refresh-matview-blocking",
  kind: "lock",
  severity: "error",
  phase: "migrate",
  summary: "A materialized view is refreshed while its readers wait",
  why: "REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE on the view for as long as its query runs. CONCURRENTLY compares the new rows with the old ones under EXCLUSIVE, and readers go on; it needs a unique index on plain columns, without a WHERE.",
  instead:
    "`REFRESH MATERIALIZED VIEW CONCURRENTLY`, outside of migrations if it happens again and again.",
  bad: [
    {
      history:
        "create table orders (id bigint, total int);\ncreate materialized view totals as select id, sum(total) from orders group by id;",
      sql: "refresh materialized view totals;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint, total int);\ncreate materialized view totals as select id, sum(total) from orders group by id;\ncreate unique index totals_id on totals (id);",
      sql: "refresh materialized view concurrently totals;",
    },
    {
      history: "create table orders (id bigint, total int);",
      sql: "create materialized view totals as select id from orders with no data;\nrefresh materialized view totals;",
      note: "nobody reads it yet",
    },
  ],
  otherIds: {
    pgfence: ["refresh-matview-blocking"],
    migrationPilot: ["MP033"],
    postgresLanguageServer: ["concurrentRefreshMatviewLocking"],
    pgrubic: ["US028"],
  },
  *check(context) {
    yield* reportWork(context, "refresh-matview-blocking", () => {
      if (!hasUniqueIndex(context)) {
        return "Refresh it CONCURRENTLY, for which it needs a unique index on plain columns.";
      }
      const edit = insertAfterWords(context, ["view"], inCaseOf(context, " CONCURRENTLY"));
      return { advice: "Refresh it CONCURRENTLY.", fix: oneEdit("Refresh it CONCURRENTLY", edit) };
    });
  },
});

function hasUniqueIndex({ node, catalog }: StatementContext): boolean {
  if (!("RefreshMatViewStmt" in node)) return false;
  const view = findView(catalog, nameOf(node.RefreshMatViewStmt.relation));
  return (view?.indexes ?? []).some((key) => {
    const index = indexAt(catalog, key);
    return (
      index?.unique === true &&
      index.predicate === undefined &&
      index.columns.every((column) => typeof column === "string")
    );
  });
}
