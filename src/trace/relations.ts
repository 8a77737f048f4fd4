/**
 * Every relation of the database that is not the server's own, as it is now. Two such snapshots,
 * before and after a statement, say what it created, dropped, altered and stored anew.
 */
import type { ObservedSession } from "./observed-session.ts";

export interface Relation {
  readonly oid: string;
  /** With its schema, quoted where it has to be. */
  readonly name: string;
  readonly bareName: string;
  /** `relkind`. */
  readonly kind: string;
  /** Changes when the relation's rows move into another file. */
  readonly filenode: string;
  /** For an index: its table. */
  readonly tableOid: string | undefined;
  /** Differs when the definition does. */
  readonly definition: string;
  /** Sequential scans in this transaction so far. */
  readonly scans: number;
}

export type Relations = ReadonlyMap<string, Relation>;

// The definition is what pg_class, pg_attribute and the like hold by name, so that what VACUUM and
// ANALYZE write (relpages, relfrozenxid) is no change. Triggers of foreign keys are left out: they
// would make the table that is referred to look altered.
const RELATIONS = `
select c.oid::text as oid,
       pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
       c.relname::text as bare_name,
       c.relkind::text as kind,
       c.relfilenode::text as filenode,
       i.indrelid::text as table_oid,
       pg_catalog.pg_stat_get_xact_numscans(c.oid)::text as scans,
       pg_catalog.md5(pg_catalog.concat_ws('|',
         c.relname, c.relnamespace, c.relowner, c.relam, c.reltablespace, c.relpersistence,
         c.relreplident, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
         c.reloptions::text, c.relacl::text, c.relpartbound::text,
         i.indisvalid, i.indisready, i.indisclustered, i.indisreplident, i.indisprimary,
         (select pg_catalog.string_agg(a::text, ',' order by a.attnum)
          from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0),
         (select pg_catalog.string_agg(d::text, ',' order by d.adnum)
          from pg_catalog.pg_attrdef d where d.adrelid = c.oid),
         (select pg_catalog.string_agg(k::text, ',' order by k.oid)
          from pg_catalog.pg_constraint k where k.conrelid = c.oid),
         (select pg_catalog.string_agg(t::text, ',' order by t.oid)
          from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal),
         (select pg_catalog.string_agg(p::text, ',' order by p.oid)
          from pg_catalog.pg_policy p where p.polrelid = c.oid),
         (select pg_catalog.string_agg(r::text, ',' order by r.oid)
          from pg_catalog.pg_rewrite r where r.ev_class = c.oid),
         (select pg_catalog.string_agg(h::text, ',' order by h.inhseqno)
          from pg_catalog.pg_inherits h where h.inhrelid = c.oid),
         (select s::text from pg_catalog.pg_sequence s where s.seqrelid = c.oid),
         (select pg_catalog.string_agg(e::text, ',' order by e.objsubid)
          from pg_catalog.pg_description e
          where e.objoid = c.oid and e.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass)
       )) as definition
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_index i on i.indexrelid = c.oid
where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  and (n.nspname !~ '^pg_(toast_)?temp_' or n.oid = pg_catalog.pg_my_temp_schema())`;

export async function readRelations(session: ObservedSession): Promise<Relations> {
  const rows = await session.query(RELATIONS);
  return new Map(
    rows.map((row) => [
      row["oid"] ?? "",
      {
        oid: row["oid"] ?? "",
        name: row["name"] ?? "",
        bareName: row["bare_name"] ?? "",
        kind: row["kind"] ?? "",
        filenode: row["filenode"] ?? "0",
        tableOid: row["table_oid"] ?? undefined,
        definition: row["definition"] ?? "",
        scans: Number(row["scans"] ?? 0),
      },
    ]),
  );
}

export interface Changes {
  readonly created: readonly string[];
  readonly dropped: readonly string[];
  readonly altered: readonly string[];
}

export function changesBetween(before: Relations, after: Relations): Changes {
  const names = (relations: readonly Relation[]) => relations.map(({ name }) => name).toSorted();
  const now = [...after.values()];
  return {
    created: names(now.filter(({ oid }) => !before.has(oid))),
    dropped: names([...before.values()].filter(({ oid }) => !after.has(oid))),
    altered: names(
      now.filter(({ oid, definition }) => {
        const old = before.get(oid);
        return old !== undefined && old.definition !== definition;
      }),
    ),
  };
}
