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
