/** What the measurement of truth reads from the server: tables, their files, and locks. */
import type { Client } from "pg";
import { LOCK_MODES, type LockMode, pgLocksName, strongest } from "../../src/locks/lock-mode.ts";

export interface Table {
  readonly oid: string;
  readonly name: string;
  /** r, p or m, as in pg_class.relkind. */
  readonly kind: string;
  readonly fileNode: string;
  readonly pages: number;
  /** By scans of this transaction. */
  readonly rowsRead: number;
}

export type Existing = ReadonlyMap<string, Table>;

const MODE_OF: ReadonlyMap<string, LockMode> = new Map(
  LOCK_MODES.map((mode) => [pgLocksName(mode), mode]),
);

/** The tables of the application, as this transaction sees them. */
export async function listTables(client: Client): Promise<Existing> {
  const { rows } = await client.query<Table>(
    `select c.oid::text as oid, c.relname::text as name, c.relkind::text as kind,
            c.relfilenode::text as "fileNode",
            case when c.relkind = 'p' then 0
                 else (pg_catalog.pg_relation_size(c.oid) / 8192)::integer end as pages,
            coalesce(s.seq_tup_read, 0)::integer as "rowsRead"
     from pg_catalog.pg_class c
     left join pg_catalog.pg_stat_xact_user_tables s on s.relid = c.oid
     where c.relkind in ('r', 'p', 'm') and c.oid >= 16384
     order by c.oid`,
  );
  return new Map(rows.map((row) => [row.oid, row]));
}

/** By the oid of the index. */
export type Indexes = ReadonlyMap<string, { readonly table: string; readonly fileNode: string }>;

export async function listIndexes(client: Client): Promise<Indexes> {
  const { rows } = await client.query<{ oid: string; table: string; fileNode: string }>(
    `select c.oid::text as oid, i.indrelid::text as table, c.relfilenode::text as "fileNode"
     from pg_catalog.pg_class c join pg_catalog.pg_index i on i.indexrelid = c.oid
     where c.relkind = 'i' and c.oid >= 16384`,
  );
  return new Map(rows.map(({ oid, ...index }) => [oid, index]));
}

/** The strongest lock of the session on each relation, by oid. */
export async function readLocks(client: Client): Promise<ReadonlyMap<string, LockMode>> {
  return locksOf(client, "l.pid = pg_catalog.pg_backend_pid() and l.granted", []);
}

/** The relation locks that another session waits for. */
export async function readAwaited(
  client: Client,
  pid: number,
): Promise<ReadonlyMap<string, LockMode>> {
  return locksOf(client, "l.pid = $1 and not l.granted", [pid]);
}

async function locksOf(
  client: Client,
  condition: string,
  values: readonly number[],
): Promise<ReadonlyMap<string, LockMode>> {
  const { rows } = await client.query<{ oid: string; mode: string }>(
    `select l.relation::text as oid, l.mode
     from pg_catalog.pg_locks l
     where l.locktype = 'relation' and ${condition}
       and l.database = (select d.oid from pg_catalog.pg_database d
                         where d.datname = pg_catalog.current_database())`,
    [...values],
  );
  const locks = new Map<string, LockMode>();
  for (const { oid, mode } of rows) {
    const known = MODE_OF.get(mode);
    const held = locks.get(oid);
    if (known) locks.set(oid, strongest(held ? [held, known] : [known]) ?? known);
  }
  return locks;
}
