/** The lines of facts.ts, as pg_catalog says them. */
import type { ClientBase } from "pg";
import type { Catalog, RelationKey } from "../../src/catalog/catalog.ts";
import { columnOf, isTable } from "../../src/catalog/find.ts";
import { usesFact } from "./facts.ts";

const SCHEMA = `case when n.nspname like 'pg_temp%' then 'pg_temp' else n.nspname end`;
const USER = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'`;

/** A type as the grammar names it, with its modifiers as they were written. */
const typeSql = (type: string, mod: string): string => `
  (select case when en.nspname = 'pg_catalog' then '' else en.nspname || '.' end || e.typname ||
     case
       when ${mod} < 0 then ''
       when e.typname in ('varchar', 'bpchar') then '(' || (${mod} - 4) || ')'
       when e.typname = 'numeric' then
         '(' || (((${mod} - 4) >> 16) & 65535) || ',' || ((${mod} - 4) & 2047) || ')'
       when e.typname in ('timestamp', 'timestamptz', 'time', 'timetz', 'bit', 'varbit')
         then '(' || ${mod} || ')'
       else '' end ||
     case when t.typcategory = 'A' and t.typelem <> 0 then '[]' else '' end
   from pg_type t
   join pg_type e on e.oid = case when t.typcategory = 'A' and t.typelem <> 0 then t.typelem else t.oid end
   join pg_namespace en on en.oid = e.typnamespace
   where t.oid = ${type})`;

const nameOf = (oid: string): string => `
  (select ${SCHEMA} || '.' || r.relname from pg_class r join pg_namespace n on n.oid = r.relnamespace
   where r.oid = ${oid})`;

const columnsOf = (relation: string, keys: string): string => `
  (select coalesce(string_agg(a.attname, ', ' order by pos.ord), '')
   from unnest(${keys}) with ordinality pos(num, ord)
   join pg_attribute a on a.attrelid = ${relation} and a.attnum = pos.num)`;

const partsOf = (relation: string, keys: string): string => `
  (select string_agg(coalesce(a.attname, '<expression>'), ', ' order by pos.ord)
   from unnest(${keys}) with ordinality pos(num, ord)
   left join pg_attribute a on a.attrelid = ${relation} and a.attnum = pos.num and pos.num > 0)`;

const TABLES = `
  select concat_ws(' ',
    case c.relkind when 'r' then 'table' when 'p' then 'partitioned-table' else 'foreign-table' end,
    ${SCHEMA} || '.' || c.relname,
    case c.relpersistence when 'p' then 'permanent' when 'u' then 'unlogged' else 'temporary' end,
    'identity ' || case c.relreplident when 'd' then 'default' when 'n' then 'nothing'
      when 'f' then 'full' else 'index' end,
    case when c.relrowsecurity then 'rls' end,
    case when obj_description(c.oid, 'pg_class') is not null then 'comment' end,
    'by ' || case p.partstrat when 'r' then 'range' when 'l' then 'list' else 'hash' end ||
      '(' || ${partsOf("c.oid", "p.partattrs::int2[]")} || ')',
    case when c.relispartition then 'of ' ||
      (select ${nameOf("i.inhparent")} from pg_inherits i where i.inhrelid = c.oid) ||
      case when pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' then ' default' else '' end end,
    case when not c.relispartition then 'inherits ' ||
      (select string_agg(${nameOf("i.inhparent")}, ', ' order by i.inhseqno)
       from pg_inherits i where i.inhrelid = c.oid) end,
    'with ' || (select string_agg(o, ', ' order by o collate "C") from (
       select unnest(c.reloptions) o
       union all select 'toast.' || unnest(tc.reloptions) from pg_class tc where tc.oid = c.reltoastrelid
     ) o)) as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  left join pg_partitioned_table p on p.partrelid = c.oid
  where c.relkind in ('r', 'p', 'f') and ${USER}`;

const COLUMNS = (version: number): string => `
  select ${SCHEMA} || chr(1) || c.relname as relation, a.attname as name,
    'column ' || ${SCHEMA} || '.' || c.relname || '.' || a.attname || ' #' ||
      row_number() over (partition by c.oid order by a.attnum) as first,
    ${typeSql("a.atttypid", "a.atttypmod")} as type, concat_ws(' ',
    case when a.attnotnull then 'not null' ${
      version >= 18
        ? `|| case when exists (select from pg_constraint k where k.conrelid = c.oid
             and k.contype = 'n' and k.conkey = array[a.attnum] and not k.convalidated)
           then ' not valid' else '' end`
        : ""
    } end,
    case when a.atthasdef and a.attgenerated = '' then 'default' end,
    case a.attgenerated when 's' then 'generated stored' when 'v' then 'generated virtual' end,
    case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
    case when a.attcollation <> t.typcollation then 'collate ' ||
      (select collname from pg_collation where oid = a.attcollation) end,
    case when a.attinhcount > 0 then 'inherited ' || a.attinhcount end,
    case when not a.attislocal then 'not local' end) as rest
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  where c.relkind in ('r', 'p', 'f') and ${USER}`;

const CONSTRAINTS = (version: number): string => `
  select concat_ws(' ',
    'constraint ' || ${SCHEMA} || '.' || c.relname || '.' || k.conname,
    case k.contype when 'c' then 'check' when 'n' then 'not-null' when 'f' then 'foreign-key'
      when 'u' then 'unique' when 'p' then 'primary-key' else 'exclusion' end,
    '(' || case when k.contype = 'c'
      then coalesce((select string_agg(a.attname, ', ' order by a.attname collate "C") from pg_attribute a
            where a.attrelid = c.oid and a.attnum = any (k.conkey)), '')
      when k.contype = 'x'
      then (select coalesce(string_agg(a.attname, ', ' order by o.ord), '')
            from unnest(k.conkey) with ordinality o(num, ord)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = o.num)
      else ${columnsOf("c.oid", "k.conkey")} end || ')',
    case when k.contype = 'f' then
      'references ' || ${nameOf("k.confrelid")} || '(' || ${columnsOf("k.confrelid", "k.confkey")} || ')' end,
    case when k.contype in ('p', 'u', 'x') then 'by ' || ${nameOf("k.conindid")} end,
    case when k.contype = 'f' then 'on delete ' || case k.confdeltype when 'c' then 'cascade'
      when 'n' then 'set null' when 'd' then 'set default' when 'r' then 'restrict' end end,
    case when k.condeferrable then 'deferrable' end,
    case when not k.convalidated then 'not valid' end,
    ${version >= 18 ? "case when not k.conenforced then 'not enforced' end," : ""}
    case when k.connoinherit and k.contype in ('c', 'n') then 'no inherit' end,
    case when k.coninhcount > 0 then 'inherited ' || k.coninhcount end,
    case when not k.conislocal then 'not local' end) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where k.contype in ('c', 'n', 'f', 'u', 'p', 'x') and ${USER}
    -- A reference to a partitioned table has a row for each partition of that table.
    and not exists (select from pg_constraint above
                    where above.oid = k.conparentid and above.conrelid = k.conrelid)`;

const INDEXES = (version: number): string => `
  select concat_ws(' ',
    'index ' || ${SCHEMA} || '.' || c.relname || ' on ' || ${nameOf("i.indrelid")},
    (select amname from pg_am where oid = c.relam),
    '(' || ${partsOf("i.indrelid", "(i.indkey::int2[])[0:i.indnkeyatts - 1]")} || ')',
    'include (' || ${partsOf("i.indrelid", "(i.indkey::int2[])[i.indnkeyatts:]")} || ')',
    case when i.indisunique then 'unique' end,
    ${version >= 15 ? "case when i.indnullsnotdistinct then 'nulls not distinct' end," : ""}
    case when i.indpred is not null then 'partial' end,
    case when not i.indisvalid then 'invalid' end,
    (select 'part of ' || ${nameOf("h.inhparent")} from pg_inherits h where h.inhrelid = c.oid),
    (select 'for ' || k.conname from pg_constraint k
      where k.conindid = c.oid and k.contype in ('p', 'u', 'x')),
    'also uses ' || (select string_agg(distinct a.attname, ', ' order by a.attname)
      from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = c.oid
        and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid
        and not d.refobjsubid = any (i.indkey::int2[]))) as line
  from pg_index i join pg_class c on c.oid = i.indexrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${USER}`;

const VIEWS = `
  select case c.relkind when 'v' then 'view ' else 'materialized-view ' end ||
    ${SCHEMA} || '.' || c.relname || ' (' ||
    (select coalesce(string_agg(a.attname, ', ' order by a.attnum), '') from pg_attribute a
     where a.attrelid = c.oid and a.attnum > 0) || ')' as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and ${USER}`;

const SEQUENCES = `
  select 'sequence ' || ${SCHEMA} || '.' || c.relname || coalesce(
    (select ' of ' || ${nameOf("a.attrelid")} || '.' || a.attname
     from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')), '') as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and ${USER}`;

const COMPOSITES = `
  select 'composite ' || ${SCHEMA} || '.' || c.relname || ' (' || coalesce(
    (select string_agg(a.attname || ' ' || ${typeSql("a.atttypid", "a.atttypmod")}, ', ' order by a.attnum)
     from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '') || ')' as line
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'c' and ${USER}`;

const TYPES = `
  select case y.typtype
    when 'e' then 'enum ' || ${SCHEMA} || '.' || y.typname || ' (' ||
      coalesce((select string_agg(e.enumlabel, ', ' order by e.enumsortorder)
        from pg_enum e where e.enumtypid = y.oid), '') || ')'
    when 'r' then 'range ' || ${SCHEMA} || '.' || y.typname
    when 'd' then concat_ws(' ', 'domain ' || ${SCHEMA} || '.' || y.typname,
      ${typeSql("y.typbasetype", "y.typtypmod")},
      case when y.typnotnull then 'not null' end,
      case when y.typdefault is not null then 'default' end,
      (select string_agg('check ' || k.conname ||
          case when k.convalidated then '' else ' not valid' end, ' ' order by k.conname collate "C")
       from pg_constraint k where k.contypid = y.oid and k.contype = 'c'))
    else 'base ' || ${SCHEMA} || '.' || y.typname end as line
  from pg_type y join pg_namespace n on n.oid = y.typnamespace
  where (y.typtype in ('e', 'd', 'r', 'p') or (y.typtype = 'b' and y.typcategory <> 'A'))
    and ${USER}`;

const FUNCTIONS = `
  select case p.prokind when 'p' then 'procedure ' else 'function ' end ||
    ${SCHEMA} || '.' || p.proname || '(' || coalesce(
      (select string_agg(${typeSql("g.oid", "-1")}, ', ' order by g.ord)
       from unnest(p.proargtypes::oid[]) with ordinality g(oid, ord)), '') || ') ' ||
    case p.provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end ||
    ' in ' || l.lanname as line
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where ${USER}
    -- A range type brings constructors.
    and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
                    and d.objid = p.oid and d.deptype = 'i')`;

const PARTS = `
  select 'trigger ' || ${SCHEMA} || '.' || c.relname || '.' || t.tgname || ' calls ' ||
    (select pn.nspname || '.' || p.proname from pg_proc p
     join pg_namespace pn on pn.oid = p.pronamespace where p.oid = t.tgfoid) as line
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where not (t.tgisinternal and t.tgparentid = 0) and t.tgconstrrelid = 0
    and not exists (select from pg_constraint k where k.oid = t.tgconstraint and k.contype = 'f')
    and c.relkind in ('r', 'p', 'f') and ${USER}
  union all
  select 'policy ' || ${SCHEMA} || '.' || c.relname || '.' || p.polname
  from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
  where ${USER}
  union all
  select 'rule ' || ${SCHEMA} || '.' || c.relname || '.' || r.rulename
  from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and ${USER}`;

const USES = `
  select distinct ${SCHEMA} || '.' || c.relname as view, ${nameOf("d.refobjid")} as relation,
    coalesce((select array_agg(distinct a.attname::text) from pg_depend e
      join pg_attribute a on a.attrelid = e.refobjid and a.attnum = e.refobjsubid and a.attnum > 0
      where e.classid = d.classid and e.objid = d.objid
        and e.refclassid = d.refclassid and e.refobjid = d.refobjid), '{}') as columns
  from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
  where c.relkind in ('v', 'm') and ${USER}`;

/**
 * Where the catalog says "all", only that the relation is used is compared; and of columns whose
 * type only the server can tell, not the type.
 */
export async function factsOfServer(
  client: ClientBase,
  version: number,
  catalog: Catalog,
): Promise<string[]> {
  const lines: string[] = [];
  for (const sql of [
    TABLES,
    CONSTRAINTS(version),
    INDEXES(version),
    VIEWS,
    SEQUENCES,
    COMPOSITES,
    TYPES,
    FUNCTIONS,
    PARTS,
  ]) {
    const { rows } = await client.query<{ line: string }>(sql);
    lines.push(...rows.map(({ line }) => line));
  }
  const columns = await client.query<{
    relation: string;
    name: string;
    first: string;
    type: string;
    rest: string;
  }>(COLUMNS(version));
  for (const { relation, name, first, type, rest } of columns.rows) {
    const ours = catalog.relations.get(relation.replace("\u0001", "\0") as RelationKey);
    const known = columnOf(ours && isTable(ours) ? ours : undefined, name)?.type.name !== "";
    lines.push(`${first} ${known ? type : ""}${rest === "" ? "" : ` ${rest}`}`);
  }
  const uses = await client.query<{ view: string; relation: string; columns: string[] }>(USES);
  for (const { view, relation, columns } of uses.rows) {
    const ours = catalog.relations.get(view.replace(".", "\0") as RelationKey);
    const used =
      ours && "uses" in ours && ours.uses.get(relation.replace(".", "\0") as RelationKey);
    lines.push(usesFact(view, relation, used === "all" ? "all" : columns));
  }
  return lines.toSorted();
}
