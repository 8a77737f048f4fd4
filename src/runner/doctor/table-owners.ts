/** ALTER TABLE and CREATE INDEX are for the owner, or a member of the owning role. */
import { ok, type Check } from "./check.ts";
import { queryWithSearchPath } from "./search-path-query.ts";
import { listed } from "./wording.ts";

// pg_has_role with USAGE is what the server asks in an ownership check: membership that has to be
// taken on by SET ROLE first does not count.
const FOREIGN_TABLES = `
  select n.nspname || '.' || c.relname as name, pg_catalog.pg_get_userbyid(c.relowner) as owner
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any (pg_catalog.current_schemas(false))
    and c.relkind in ('r', 'p', 'm', 'v', 'f')
    and not pg_catalog.pg_has_role(c.relowner, 'USAGE')
    and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      and d.objid = c.oid and d.deptype = 'e')
  order by 1`;

export const tableOwners: Check = {
  id: "table-owners",
  title: "Ownership of tables",
  async look(ctx) {
    const rows = await queryWithSearchPath(ctx, FOREIGN_TABLES);
    if (rows.length === 0) return ok("The role may alter every table in its search_path.");
    const names = listed(rows.map((row) => `\`${row["name"]}\` (owner \`${row["owner"]}\`)`));
    const owners = [...new Set(rows.map((row) => `\`${row["owner"]}\``))];
    return {
      status: "warn",
      message: `Role \`${ctx.facts.user}\` cannot alter ${names}.`,
      action: `Make \`${ctx.facts.user}\` a member of ${listed(owners)} with \`grant … to …\`, or use \`lockstep:role\` in the files concerned.`,
    };
  },
};
