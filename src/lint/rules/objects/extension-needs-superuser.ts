import { defineRule } from "../../rule.ts";

/** `trusted = true` in the control files of PostgreSQL 14 to 18. */
const TRUSTED: ReadonlySet<string | undefined> = new Set(
  `bool_plperl btree_gin btree_gist citext cube dict_int fuzzystrmatch hstore intarray isn
  jsonb_plperl lo ltree pg_trgm pgcrypto plperl plpgsql pltcl seg tablefunc tcn tsm_system_rows
  tsm_system_time unaccent uuid-ossp`.split(/\s+/),
);

export const extensionNeedsSuperuser = defineRule({
  id: "extension-needs-superuser",
  kind: "process",
  severity: "info",
  phase: "expand",
  summary: "An extension may need rights and files that a migration does not have",
  why: "An extension has to be installed on the server, and one that is not marked as trusted can be created by a superuser only (or by what the hosting offers in its place).",
  instead:
    "Install it before the deploy, by whoever looks after the server. With IF NOT EXISTS the migration then has nothing to do.",
  bad: [{ sql: "create extension postgis;", needs: "the extension postgis" }],
  good: [
    {
      sql: "create extension if not exists pg_trgm;",
      note: "trusted: CREATE on the database is enough",
    },
    {
      sql: "create extension if not exists postgis;",
      needs: "the extension postgis",
      note: "nothing to do where it was made before",
    },
  ],
  on: ["CreateExtensionStmt"],
  *check({ node, catalog }) {
    if (!("CreateExtensionStmt" in node)) return;
    const { extname = "", if_not_exists } = node.CreateExtensionStmt;
    if (if_not_exists === true || TRUSTED.has(extname) || catalog.extensions.has(extname)) return;
    yield {
      message: `\`${extname}\` is not trusted: creating it needs a superuser, and its files on the server. Have it installed first, and write IF NOT EXISTS.`,
    };
  },
});
