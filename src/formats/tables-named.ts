/** Finds tables by name and columns: several tools call their history `schema_migrations`. */
import { qualified } from "../postgres/identifiers.ts";
import type { ForeignTable, HistoryDatabase } from "./history.ts";

export interface NamedTable extends ForeignTable {
  /** Column names to types as `format_type` writes them: `character varying(255)`. */
  readonly columns: Readonly<Record<string, string>>;
  /** The names of all tables in the same schema. */
  readonly neighbours: readonly string[];
}

/** Ordinary and partitioned tables of that name in all schemas but the system's. Verified on 14–18. */
export async function tablesNamed(
  db: HistoryDatabase,
  ...names: readonly string[]
): Promise<readonly NamedTable[]> {
  const rows = await db.query(
    `select n.nspname as schema, c.relname as name,
       (select pg_catalog.json_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) order by a.attnum)
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
       (select pg_catalog.json_agg(o.relname order by o.relname) from pg_catalog.pg_class o
        where o.relnamespace = c.relnamespace and o.relkind in ('r', 'p')) as neighbours
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relname = any ($1::pg_catalog.text[])
       and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     order by n.nspname = pg_catalog.current_schema() desc, n.nspname, c.relname`,
    [textArray(names)],
  );
  return rows.map((row) => ({
    schema: row["schema"]!,
    name: row["name"]!,
    columns: JSON.parse(row["columns"] ?? "{}") as Record<string, string>,
    neighbours: JSON.parse(row["neighbours"] ?? "[]") as string[],
  }));
}

/** As it stands in SQL. */
export function tableOf({ schema, name }: ForeignTable): string {
  return qualified(schema, name);
}

/** Whether exactly these columns are there. */
export function hasColumns(table: NamedTable, ...names: readonly string[]): boolean {
  const there = Object.keys(table.columns);
  return there.length === names.length && names.every((name) => there.includes(name));
}

/** A value for a parameter of type text[]. */
export function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** ISO 8601 in UTC, whatever TimeZone and DateStyle the role has. Of a timestamp without time zone that is UTC already. */
export function isoOf(column: string, type: "timestamptz" | "timestamp"): string {
  const utc = type === "timestamptz" ? `${column} at time zone 'UTC'` : column;
  return `pg_catalog.to_char(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
