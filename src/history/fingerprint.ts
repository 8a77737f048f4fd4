/**
 * A fingerprint of the catalog: two databases with the same one have the same schema, as far as
 * migrations make it. Left out: our own history, temporary and system objects, oids, statistics,
 * sizes, and everything that changes without DDL. Verified on 14–18.
 */
import { quoteLiteral } from "../postgres/identifiers.ts";

export function fingerprintQuery(historySchema: string, historyPrefix: string): string {
  return `
  select pg_catalog.md5(coalesce(pg_catalog.string_agg(f.line, E'\\n' order by f.line collate "C"), '')) as fingerprint
  from (${catalogLines(historySchema, historyPrefix)}) f`;
}

/** What the fingerprint is made of: one row with a column `line` for each object. */
export function catalogLines(historySchema: string, historyPrefix: string): string {
  const own =
    historyPrefix === ""
      ? ""
      : `and not (n.nspname = ${quoteLiteral(historySchema)} and c.relname like ${quoteLiteral(`${historyPrefix.replaceAll(/[\\%_]/g, "\\$&")}%`)})`;
  const hidden = historyPrefix === "" ? `and n.nspname <> ${quoteLiteral(historySchema)}` : "";
  const schemas = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema' ${hidden}`;
  return `
    select pg_catalog.concat_ws('|', 'relation', n.nspname, c.relname, c.relkind, c.relpersistence,
        c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
        pg_catalog.pg_get_expr(c.relpartbound, c.oid), c.reloptions::pg_catalog.text,
        case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end) as line
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${schemas} ${own} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select pg_catalog.concat_ws('|', 'column', n.nspname, c.relname, a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
        pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where ${schemas} ${own} and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'c')
    union all
    select pg_catalog.concat_ws('|', 'index', n.nspname, pg_catalog.pg_get_indexdef(i.indexrelid), i.indisvalid)
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${schemas} ${own}
    union all
    select pg_catalog.concat_ws('|', 'constraint', n.nspname, coalesce(c.relname, ''), k.conname,
        pg_catalog.pg_get_constraintdef(k.oid), k.convalidated)
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_namespace n on n.oid = k.connamespace
    left join pg_catalog.pg_class c on c.oid = k.conrelid
    where ${schemas} ${own} and k.contype <> 'n'
    union all
    select pg_catalog.concat_ws('|', 'routine', n.nspname, p.oid::pg_catalog.regprocedure::pg_catalog.text,
        case when p.prokind <> 'a' then pg_catalog.md5(pg_catalog.pg_get_functiondef(p.oid)) end)
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where ${schemas} and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        and d.objid = p.oid and d.deptype = 'e')
    union all
    select pg_catalog.concat_ws('|', 'type', n.nspname, t.typname, t.typtype,
        (select pg_catalog.string_agg(e.enumlabel, ',' order by e.enumsortorder)
         from pg_catalog.pg_enum e where e.enumtypid = t.oid),
        pg_catalog.format_type(t.typbasetype, t.typtypmod))
    from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    where ${schemas} and t.typtype in ('e', 'd', 'r')
    union all
    select pg_catalog.concat_ws('|', 'trigger', n.nspname, c.relname, pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled)
    from pg_catalog.pg_trigger g
    join pg_catalog.pg_class c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${schemas} ${own} and not g.tgisinternal
    union all
    select pg_catalog.concat_ws('|', 'policy', n.nspname, c.relname, p.polname, p.polcmd, p.polpermissive,
        pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_catalog.pg_policy p
    join pg_catalog.pg_class c on c.oid = p.polrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where ${schemas} ${own}`;
}
