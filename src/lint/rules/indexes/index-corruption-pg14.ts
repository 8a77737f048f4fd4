import { defineRule } from "../../rule.ts";

/** Off by default: the minor version is not known here, and 14.4 is of June 2022. */
export const indexCorruptionPg14 = defineRule({
  id: "index-corruption-pg14",
  kind: "bug",
  severity: "warning",
  phase: "expand",
  pack: "style",
  versions: { since: 14, until: 14 },
  summary: "Before 14.4 an index that is built CONCURRENTLY may lack rows",
  why: "In 14.0 to 14.3 a VACUUM beside CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY could remove row versions that the build still needed. The index then misses rows, and nothing says so.",
  instead: "Upgrade to 14.4 or later first. `pg_amcheck --heapallindexed` finds what was damaged.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently users_email_idx on users (email);",
      version: 14,
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently users_email_idx on users (email);",
      version: 15,
    },
  ],
  otherIds: { strongMigrations: ["add_index_corruption"] },
  *check({ statement }) {
    const { nonTransactional } = statement;
    if (
      nonTransactional !== "create-index-concurrently" &&
      nonTransactional !== "reindex-concurrently"
    ) {
      return;
    }
    yield {
      message:
        "On 14.0 to 14.3 the index may lack rows, without any error. Make sure that the server is 14.4 or later.",
    };
  },
});
