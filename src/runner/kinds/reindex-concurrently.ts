/**
 * REINDEX CONCURRENTLY. The old indexes stay valid until the swap; a crash leaves INVALID copies
 * named `…_ccnew` or `…_ccold` (with a number when there are several). Those that were not there
 * before and that nobody is building are dropped, then the statement runs again.
 */
import type { Session, TextRow } from "../../postgres/session.ts";
import type { Kind } from "./kind.ts";

interface Detail {
  /** Oids of invalid copies that were there before. */
  readonly existing: readonly string[];
}

export const reindexConcurrently: Kind<Detail> = {
  stalls: false,
  async before(session) {
    return { existing: (await copies(session, [])).map((row) => row["oid"]!) };
  },
  async probe(session, _statement, detail) {
    const [copy] = await copies(session, detail.existing);
    return copy ? { state: "half", what: `${copy["name"]} is INVALID` } : { state: "none" };
  },
  async cleanUp(session, _statement, detail, onSent) {
    for (const copy of await copies(session, detail.existing)) {
      await session.batch([{ text: `drop index concurrently if exists ${copy["name"]}` }], onSent);
    }
    return "again";
  },
};

/** TOAST indexes are left to the server: DROP INDEX refuses system catalogs and toast. */
function copies(session: Session, existing: readonly string[]): Promise<TextRow[]> {
  return session.query(
    `select i.indexrelid::pg_catalog.text as oid, i.indexrelid::pg_catalog.regclass::pg_catalog.text as name
     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
     where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$'
       and c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
       and i.indexrelid::pg_catalog.text <> all ($1::pg_catalog.text[])
       and not exists (select from pg_catalog.pg_stat_progress_create_index p
                       join pg_catalog.pg_locks l on l.pid = p.pid and l.relation = i.indrelid and l.granted)`,
    [existing],
  );
}
