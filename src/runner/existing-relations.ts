/** Which of the relations that a plan names are there now. Verified on 14–18. */
import type { Session } from "../postgres/session.ts";

export interface NamedRelation {
  readonly schema?: string;
  readonly name: string;
}

// From the catalog and not by to_regclass, which raises 42501 without USAGE on the schema. The cast
// to `name` cuts what is too long, as the server does when the statement runs.
const EXISTING = `
  select r.at
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
    with ordinality as r (schema, name, at)
  where exists (
    select from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relname = r.name::pg_catalog.name
      and case when r.schema is null
          then n.nspname = any (pg_catalog.current_schemas(true))
          else n.nspname = r.schema::pg_catalog.name end)`;

const TABLES_OF_INDEXES = `
  select r.at, t.relname as name, n.nspname as schema,
         n.nspname = any (pg_catalog.current_schemas(false)) as visible
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
    with ordinality as r (schema, name, at)
  join pg_catalog.pg_class c on c.relname = r.name::pg_catalog.name
  join pg_catalog.pg_namespace s on s.oid = c.relnamespace
    and case when r.schema is null then s.nspname = any (pg_catalog.current_schemas(true))
        else s.nspname = r.schema::pg_catalog.name end
  join pg_catalog.pg_index i on i.indexrelid = c.oid
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace`;

/** The table of each index that is there, by name as people would write it. */
export async function tablesOfIndexes(
  session: Session,
  indexes: readonly NamedRelation[],
): Promise<(index: NamedRelation) => string | undefined> {
  const tables = new Map<string, string>();
  if (indexes.length > 0) {
    const rows = await session.query(TABLES_OF_INDEXES, [
      indexes.map(({ schema }) => schema ?? null),
      indexes.map(({ name }) => name),
    ]);
    for (const row of rows) {
      const table = row["visible"] === "t" ? row["name"]! : `${row["schema"]}.${row["name"]}`;
      tables.set(keyOf(indexes[Number(row["at"]) - 1]!), table);
    }
  }
  return (index) => tables.get(keyOf(index));
}

/** A test for relations among those given; an unqualified name is looked up in the search_path. */
export async function existingRelations(
  session: Session,
  relations: readonly NamedRelation[],
): Promise<(relation: NamedRelation) => boolean> {
  const asked = new Map(relations.map((relation) => [keyOf(relation), relation]));
  const found = new Set<string>();
  if (asked.size > 0) {
    const keys = [...asked.keys()];
    const list = [...asked.values()];
    const rows = await session.query(EXISTING, [
      list.map(({ schema }) => schema ?? null),
      list.map(({ name }) => name),
    ]);
    for (const row of rows) found.add(keys[Number(row["at"]) - 1]!);
  }
  return (relation) => found.has(keyOf(relation));
}

function keyOf({ schema, name }: NamedRelation): string {
  return JSON.stringify([schema ?? null, name]);
}
