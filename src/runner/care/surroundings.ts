/**
 * What is beside the tables that a plan touches: standbys, slots, publications, subscriptions, sizes.
 * Only what any role may read, and nothing that waits for a lock for long. Verified on 14 and 18.
 */
import type { RelationName } from "../../locks/relation-name.ts";
import type { Session, TextRow } from "../../postgres/session.ts";

export interface Standby {
  readonly name: string;
  /** Null where this role may not see it, or nothing has been sent lately. */
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  /** False: the role sees that it is there, and no more. */
  readonly visible: boolean;
}

export interface Slot {
  readonly name: string;
  readonly kind: "physical" | "logical";
  readonly active: boolean;
  readonly walStatus: string | null;
  /** How much can be written before the slot is lost; null: no limit. */
  readonly safeBytes: number | null;
  readonly keptBytes: number | null;
}

export interface Server {
  readonly standbys: readonly Standby[];
  readonly slots: readonly Slot[];
  readonly publications: readonly string[];
  readonly subscriptions: readonly string[];
  /** Publications that have every table, also the ones that come. */
  readonly allTables: readonly string[];
  /** Where sorts go that do not fit into memory; empty: beside the tables. */
  readonly tempTablespaces: string;
}

export interface TableFacts {
  readonly exists: boolean;
  /** As people write it. */
  readonly name: string;
  readonly publications: readonly string[];
  readonly subscriptions: readonly string[];
  /** Publications that have every table of its schema (since 15). */
  readonly schemaPublications: readonly string[];
}

/** Undefined: it is not there, or locked. */
export interface TableSize {
  /** Rows with their TOAST. */
  readonly table: number;
  readonly indexes: number;
}

// A base backup streams too, and every logical walsender has a slot.
const SERVER = `
  select
    (select pg_catalog.json_agg(pg_catalog.json_build_object(
       'name', coalesce(nullif(r.application_name, ''), pg_catalog.host(r.client_addr), 'a standby'),
       'visible', r.state is not null,
       'lagMs', (extract(epoch from r.replay_lag) * 1000)::pg_catalog.int8,
       'lagBytes', pg_catalog.pg_wal_lsn_diff(
         case when not pg_catalog.pg_is_in_recovery() then pg_catalog.pg_current_wal_lsn() end, r.replay_lsn)))
     from pg_catalog.pg_stat_replication r
     where r.state is distinct from 'backup'
       and not exists (select from pg_catalog.pg_replication_slots s
                       where s.active_pid = r.pid and s.slot_type = 'logical')) as standbys,
    (select pg_catalog.json_agg(pg_catalog.json_build_object(
       'name', s.slot_name, 'kind', s.slot_type, 'active', s.active, 'walStatus', s.wal_status,
       'safeBytes', s.safe_wal_size,
       'keptBytes', pg_catalog.pg_wal_lsn_diff(
         case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
              else pg_catalog.pg_current_wal_lsn() end, s.restart_lsn)))
     from pg_catalog.pg_replication_slots s where not s.temporary) as slots,
    (select pg_catalog.json_agg(p.pubname) from pg_catalog.pg_publication p) as publications,
    (select pg_catalog.json_agg(p.pubname) from pg_catalog.pg_publication p where p.puballtables) as all_tables,
    (select pg_catalog.json_agg(s.subname) from pg_catalog.pg_subscription s
     where s.subdbid = (select d.oid from pg_catalog.pg_database d
                        where d.datname = pg_catalog.current_database())) as subscriptions,
    pg_catalog.current_setting('temp_tablespaces') as temp_tablespaces`;

export async function readServer(session: Session): Promise<Server> {
  const [row] = await session.query(SERVER);
  return {
    standbys: list<Standby>(row, "standbys"),
    slots: list<Slot>(row, "slots"),
    publications: list<string>(row, "publications"),
    allTables: list<string>(row, "all_tables"),
    subscriptions: list<string>(row, "subscriptions"),
    tempTablespaces: row?.["temp_tablespaces"] ?? "",
  };
}

const NAMES = `rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
    with ordinality as r (schema, name, at)`;

/** As in existing-relations.ts: without an error where the role has no USAGE on the schema. */
const RESOLVED = `
  join pg_catalog.pg_class c on c.relname = r.name::pg_catalog.name and c.relkind in ('r', 'p', 'm')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    and case when r.schema is null then n.nspname = any (pg_catalog.current_schemas(true))
        else n.nspname = r.schema::pg_catalog.name end`;

/** A publication with a partitioned table has its partitions too. */
const TABLES = (version: number): string => `
  select r.at, n.nspname || '.' || c.relname as name, c.oid is not null as there,
    (select pg_catalog.json_agg(distinct p.pubname) from pg_catalog.pg_publication p
     where p.puballtables or exists (
       select from pg_catalog.pg_publication_rel m where m.prpubid = p.oid
         and (m.prrelid = c.oid or m.prrelid in (select a.relid from pg_catalog.pg_partition_ancestors(c.oid) a)))
       ${version >= 150_000 ? "or exists (select from pg_catalog.pg_publication_namespace s where s.pnpubid = p.oid and s.pnnspid = c.relnamespace)" : ""}
    ) as publications,
    ${
      version >= 150_000
        ? `(select pg_catalog.json_agg(distinct p.pubname) from pg_catalog.pg_publication p
     join pg_catalog.pg_publication_namespace s on s.pnpubid = p.oid
     join pg_catalog.pg_namespace z on z.oid = s.pnnspid
     where z.nspname = coalesce(r.schema::pg_catalog.name, pg_catalog.current_schema()))`
        : "null"
    } as schema_publications,
    (select pg_catalog.json_agg(distinct u.subname) from pg_catalog.pg_subscription_rel m
     join pg_catalog.pg_subscription u on u.oid = m.srsubid where m.srrelid = c.oid) as subscriptions
  from ${NAMES}
  left join (pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace)
    on c.relname = r.name::pg_catalog.name and c.relkind in ('r', 'p', 'm')
    and case when r.schema is null then n.nspname = any (pg_catalog.current_schemas(true))
        else n.nspname = r.schema::pg_catalog.name end`;

/** By the key of `relationKey`. */
export async function readTables(
  session: Session,
  version: number,
  relations: readonly RelationName[],
): Promise<ReadonlyMap<string, TableFacts>> {
  const found = new Map<string, TableFacts>();
  if (relations.length === 0) return found;
  for (const row of await session.query(TABLES(version), namesOf(relations))) {
    const relation = relations[Number(row["at"]) - 1]!;
    found.set(relationKey(relation), {
      exists: row["there"] === "t",
      name: row["name"] ?? relation.name,
      publications: list<string>(row, "publications"),
      subscriptions: list<string>(row, "subscriptions"),
      schemaPublications: list<string>(row, "schema_publications"),
    });
  }
  return found;
}

// The functions open the table with ACCESS SHARE, and let it go at once.
const SIZES = `
  select r.at, pg_catalog.sum(pg_catalog.pg_table_size(t.oid)) as "table",
         pg_catalog.sum(pg_catalog.pg_indexes_size(t.oid)) as indexes
  from ${NAMES} ${RESOLVED}
  cross join lateral (
    select c.oid where c.relkind <> 'p'
    union all
    select p.relid from pg_catalog.pg_partition_tree(c.oid) p where c.relkind = 'p' and p.isleaf) t
  group by r.at`;

/** What the catalog remembers of the last VACUUM or ANALYZE: no lock, and less true. */
const REMEMBERED = `
  select r.at, c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 as "table",
         0 as indexes
  from ${NAMES} ${RESOLVED}`;

const PATIENCE = "set local lock_timeout = 200";

/** In a transaction. Somebody who holds a table back is not waited for. */
export async function readSizes(
  session: Session,
  relations: readonly RelationName[],
): Promise<ReadonlyMap<string, TableSize>> {
  if (relations.length === 0) return new Map();
  await session.query(`savepoint lockstep_sizes; ${PATIENCE}`);
  let rows: TextRow[];
  try {
    rows = await session.query(SIZES, namesOf(relations));
  } catch (error) {
    if (session.lost) throw error;
    await session.query("rollback to savepoint lockstep_sizes");
    rows = await session.query(REMEMBERED, namesOf(relations));
  }
  await session.query("rollback to savepoint lockstep_sizes");
  return new Map(
    rows.map((row) => [
      relationKey(relations[Number(row["at"]) - 1]!),
      { table: Number(row["table"]), indexes: Number(row["indexes"]) },
    ]),
  );
}

export function relationKey({ schema, name }: RelationName): string {
  return JSON.stringify([schema ?? null, name]);
}

function namesOf(relations: readonly RelationName[]): readonly unknown[] {
  return [relations.map(({ schema }) => schema ?? null), relations.map(({ name }) => name)];
}

// What the caller expects is what its query builds.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function list<T>(row: TextRow | undefined, key: string): readonly T[] {
  const text = row?.[key];
  return text == null ? [] : (JSON.parse(text) as T[]);
}
