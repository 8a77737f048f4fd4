/** Unqualified names in migrations need a schema to live in, and the right to create there. */
import { ok, type Check } from "./check.ts";
import { queryWithSearchPath } from "./search-path-query.ts";

const CURRENT = `
  select pg_catalog.current_setting('search_path') as path, n.nspname as schema,
         pg_catalog.has_schema_privilege(n.oid, 'CREATE') as create
  from (values (pg_catalog.current_schema())) s(name)
  left join pg_catalog.pg_namespace n on n.nspname = s.name`;

export const searchPath: Check = {
  id: "search-path",
  title: "Search path",
  async look(ctx) {
    const [row] = await queryWithSearchPath(ctx, CURRENT);
    const path = row?.["path"] ?? "";
    const schema = row?.["schema"] ?? null;
    if (schema === null) {
      return {
        status: "warn",
        message:
          path === "" || path === '""'
            ? "The search_path is empty: names without a schema are not found."
            : `No schema of the search_path (${path}) exists or is open to the role \`${ctx.facts.user}\`.`,
        action: "Set `searchPath` in the configuration, or write every name with its schema.",
      };
    }
    if (row?.["create"] !== "t") {
      return {
        status: "warn",
        message: `Role \`${ctx.facts.user}\` cannot create tables in \`${schema}\`, the first schema of its search_path.`,
        action: `Have the owner of the schema run \`grant create on schema "${schema.replaceAll('"', '""')}" to …\`; since 15 that right on \`public\` is not given by default.`,
      };
    }
    return ok(`New tables go to \`${schema}\` (search_path: ${path}).`);
  },
};
