import { defineRule } from "../../rule.ts";

/** `trusted = true` in the control files that come with PostgreSQL 14 to 18. */
const TRUSTED: ReadonlySet<string> = new Set(
  `bool_plperl btree_gin btree_gist citext cube dict_int fuzzystrmatch hstore intarray isn jsonb_plperl lo ltree
  pg_trgm pgcrypto plperl plpgsql pltcl seg tablefunc tcn tsm_system_rows tsm_system_time unaccent
  uuid-ossp`.split(/\s+/),
);

export const extensionAllowList = defineRule({
  id: "extension-allow-list",
  kind: "security",
  severity: "warning",
  pack: "style",
  summary: "An extension is made that only a superuser may make",
  why: "Extensions that are not marked as trusted run code as the superuser and are not there with every provider: the file fails where the role is not a superuser, or where the server lacks it.",
  instead:
    "Have it made once by whoever runs the server, outside of the migrations, or agree on a list of extensions.",
  bad: [{ sql: "create extension dblink;" }],
  good: [
    {
      sql: "create extension if not exists pg_trgm;",
      note: "trusted: any role with CREATE on the database may make it",
    },
  ],
  otherIds: { pgrubic: ["ST001"] },
  on: ["CreateExtensionStmt"],
  *check({ node }) {
    if (!("CreateExtensionStmt" in node)) return;
    const name = node.CreateExtensionStmt.extname ?? "";
    if (TRUSTED.has(name)) return;
    yield {
      message: `The extension \`${name}\` is not one of those that come with PostgreSQL and need no superuser. Have it made outside of the migrations, or allow it here.`,
    };
  },
});
