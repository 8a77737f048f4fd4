/**
 * A few rows for every empty table, so that what a migration does to rows can be seen. The values
 * are as plain as possible: the number of the row, or its text.
 */
import type { Client } from "pg";
import { qualified, quoteIdent, quoteLiteral } from "../../src/postgres/identifiers.ts";

export interface Unfilled {
  readonly table: string;
  /** The answer of the server. */
  readonly why: string;
}

/** What the values of a run look like; `n` is the number of the row. */
export interface Look {
  readonly text: string;
  /** The day of the first row. */
  readonly day: string;
}

/** Tried one after the other where the server refuses the values of the one before. */
export const LOOKS: readonly Look[] = [
  { text: "n::text", day: "2026-01-02" },
  { text: "('2026-01-02'::date + n)::text", day: "2020-01-02" },
  { text: "'{\"a\":' || n || '}'", day: "2026-01-02" },
  { text: "'a' || n || '@example.com'", day: "2026-01-02" },
];

/** Above the numbers that people write into examples, and within numeric(2). */
const ROWS = "pg_catalog.generate_series(91, 93) n";
const FIRST = 91;

/** Fills what it can, and returns what stayed empty. */
export async function fillTables(client: Client, look: Look): Promise<readonly Unfilled[]> {
  const unfilled: Unfilled[] = [];
  // Neither triggers nor foreign keys ask where the rows come from.
  await client.query("set session_replication_role = replica");
  for (const table of await tablesToFill(client)) {
    const name = qualified(table.schema, table.name);
    const { rows } = await client.query(`select from ${name} limit 1`);
    if (rows.length > 0) continue;
    const why = await insertRows(client, name, table, look);
    if (why !== undefined) unfilled.push({ table: table.name, why });
  }
  for (const view of await viewsToFill(client)) {
    await client.query(`refresh materialized view ${view}`);
  }
  await client.query("reset session_replication_role");
  return unfilled;
}

async function insertRows(
  client: Client,
  name: string,
  table: TableToFill,
  look: Look,
): Promise<string | undefined> {
  const columns = table.columns.filter(({ filled }) => !filled);
  let why: string | undefined;
  for (const one of [look, ...LOOKS.filter((other) => other !== look)]) {
    const list = columns.map((column) => quoteIdent(column.name)).join(", ");
    const values = columns.map((column) => valueOf(column, table, one)).join(", ");
    const sql =
      columns.length === 0
        ? `insert into ${name} default values`
        : `insert into ${name} (${list}) overriding system value select ${values} from ${ROWS}`;
    try {
      await client.query(sql);
      return undefined;
    } catch (error) {
      why ??= (error as Error).message;
    }
  }
  return why;
}

interface ColumnToFill {
  readonly name: string;
  /** As in a cast. */
  readonly type: string;
  /** pg_type.typcategory of the type below all domains. */
  readonly category: string;
  readonly base: string;
  readonly label: string | null;
  /** By a default or an expression; not by a sequence, whose first numbers people write themselves. */
  readonly filled: boolean;
}

interface TableToFill {
  readonly schema: string;
  readonly name: string;
  /** FOR VALUES of a partition. */
  readonly bound: string | null;
  /** Column by which its parent is partitioned, where it is one. */
  readonly key: string | null;
  readonly columns: readonly ColumnToFill[];
}

function valueOf(column: ColumnToFill, { bound, key }: TableToFill, look: Look): string {
  const { category, base, label, type } = column;
  const inside = key === column.name ? firstOf(bound ?? "") : undefined;
  const bare =
    inside ??
    (category === "E" && label !== null ? quoteLiteral(label) : undefined) ??
    BY_TYPE[base]?.(look) ??
    BY_CATEGORY[category]?.(look) ??
    "null";
  return `(${bare})::${type}`;
}

/** A value that a partition of one column takes. */
function firstOf(bound: string): string | undefined {
  return /(?:FROM|IN) \(('(?:[^']|'')*'|-?[0-9.]+|true|false)/.exec(bound)?.[1];
}

type Value = (look: Look) => string;

/** By pg_type.typcategory. */
const BY_CATEGORY: Readonly<Record<string, Value>> = {
  N: () => "n",
  B: () => "true",
  S: ({ text }) => text,
  D: ({ day }) => `date '${day}' + (n - ${FIRST})`,
  T: () => "n * interval '1 day'",
  A: () => "'{}'",
  R: () => "'empty'",
  I: () => "'10.0.0.' || n",
  V: () => "n::bit(8)",
};

const BY_TYPE: Readonly<Record<string, Value>> = {
  time: () => "time '10:00' + n * interval '1 minute'",
  timetz: () => "time '10:00' + n * interval '1 minute'",
  uuid: () => "'00000000-0000-0000-0000-0000000000' || n",
  json: () => `'{"a":' || n || '}'`,
  jsonb: () => `'{"a":' || n || '}'`,
  bytea: () => "n::text",
  tsvector: () => "n::text",
  xml: () => "'<a>' || n || '</a>'",
};

async function tablesToFill(client: Client): Promise<readonly TableToFill[]> {
  const { rows } = await client.query<TableToFill>(
    `select n.nspname::text as schema, c.relname::text as name,
            pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound,
            (select k.attname::text
             from pg_catalog.pg_inherits i
             join pg_catalog.pg_partitioned_table p on p.partrelid = i.inhparent
             join pg_catalog.pg_attribute k on k.attrelid = p.partrelid and k.attnum = p.partattrs[0]
             where i.inhrelid = c.oid and p.partnatts = 1) as key,
            coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
               'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
               'category', b.typcategory, 'base', b.typname,
               'label', (select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = b.oid
                         order by e.enumsortorder limit 1),
               'filled', t.typdefault is not null or exists (
                 select from pg_catalog.pg_attrdef d
                 where d.adrelid = c.oid and d.adnum = a.attnum
                   and pg_catalog.pg_get_expr(d.adbin, d.adrelid) not like 'nextval(%')
             ) order by a.attnum)
             from pg_catalog.pg_attribute a
             join pg_catalog.pg_type t on t.oid = a.atttypid
             join lateral (
               with recursive below as (
                 select t.oid, t.typbasetype
                 union all
                 select d.oid, d.typbasetype from below join pg_catalog.pg_type d on d.oid = below.typbasetype
               )
               select x.* from below join pg_catalog.pg_type x on x.oid = below.oid
               where below.typbasetype = 0
             ) b on true
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.oid >= 16384 and n.nspname not like 'pg\\_%'
       and n.nspname <> 'information_schema'
     order by c.oid`,
  );
  return rows;
}

async function viewsToFill(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ view: string }>(
    `select c.oid::regclass::text as view from pg_catalog.pg_class c
     where c.relkind = 'm' and c.relispopulated and c.oid >= 16384 order by c.oid`,
  );
  return rows.map(({ view }) => view);
}
