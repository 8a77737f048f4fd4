import { relationsIn } from "../../../locks/relation-name.ts";
import { existing } from "../support/existing.ts";
import { defineRule } from "../../rule.ts";

export const rewriteNotMvccSafe = defineRule({
  id: "rewrite-not-mvcc-safe",
  kind: "bug",
  severity: "info",
  summary: "Transactions with an older snapshot see the table empty",
  why: "TRUNCATE, and each ALTER TABLE that rewrites, put new files in the place of the table. A transaction in REPEATABLE READ or SERIALIZABLE that took its snapshot before and reads the table only afterwards finds it empty, without an error: a dump or a report that runs meanwhile can miss all rows. CLUSTER and VACUUM FULL do not have this.",
  instead:
    "Run it while no long transaction (`pg_dump`, reports) is open, or work in batches instead: DELETE instead of TRUNCATE, a new column instead of a rewrite.",
  bad: [
    { history: "create table orders (id int primary key);", sql: "truncate orders;" },
    {
      history: "create table orders (id int primary key);",
      sql: "alter table orders alter column id type bigint;",
    },
  ],
  good: [
    {
      sql: "create table orders (id int primary key);\ntruncate orders;",
      note: "nobody has seen the table yet",
    },
    { history: "create table orders (id int primary key);", sql: "delete from orders;" },
    { history: "create table orders (id int primary key);", sql: "vacuum full orders;" },
  ],
  *check({ node, catalog, effects }) {
    const tables =
      "TruncateStmt" in node
        ? relationsIn(node.TruncateStmt.relations).flatMap(
            (name) => existing(catalog, name)?.name ?? [],
          )
        : "AlterTableStmt" in node
          ? effects.work
              .filter(
                ({ kind, cause, harmful }) =>
                  kind === "rewrite" && cause !== "set-tablespace" && harmful,
              )
              .map(({ relation }) => relation)
          : [];
    for (const relation of new Set(tables)) {
      yield {
        message: `A REPEATABLE READ transaction (such as pg_dump) that began before and reads \`${relation}\` only afterwards sees it empty. Run it while none is open.`,
        relation,
      };
    }
  },
});
