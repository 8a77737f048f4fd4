/**
 * CREATE INDEX CONCURRENTLY. Killed half-way it leaves an INVALID index, which costs every write,
 * and when it is unique and ready it even enforces uniqueness.
 *
 * I1. Recognised as ours: not among the table's indexes when the journal said `started`.
 * I2. Done means valid AND of the definition that the statement asks for, never the name alone.
 * I3. An index that somebody is building right now is never dropped.
 */
import type { IndexElem, IndexStmt, RangeVar } from "@pgsql/types";
import { Failure } from "../../failures/failure.ts";
import { qualified } from "../../postgres/identifiers.ts";
import type { Session, TextRow } from "../../postgres/session.ts";
import type { PreparedStatement } from "../prepare.ts";
import type { Kind, Probe } from "./kind.ts";
import { buildPartitionedIndex, indexNameFor } from "./partitioned-index.ts";

interface Detail {
  readonly table: string | null;
  /** Oids of the indexes that the table had. */
  readonly existing: readonly string[];
  /** Set when the table is partitioned: the server cannot do it, we do it leaf by leaf. */
  readonly partitioned?: { readonly schema: string; readonly name: string };
}

export const createIndexConcurrently: Kind<Detail> = {
  stalls: false,

  async before(session, statement) {
    const [row] = await session.query(
      `select t.oid::pg_catalog.text as oid, c.relname as name, n.nspname as schema,
              c.relkind = 'p' as partitioned,
              (select pg_catalog.string_agg(i.indexrelid::pg_catalog.text, ',')
               from pg_catalog.pg_index i where i.indrelid = t.oid) as existing
       from (select pg_catalog.to_regclass($1)::pg_catalog.oid as oid) t
       left join pg_catalog.pg_class c on c.oid = t.oid
       left join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
      [tableOf(statement)],
    );
    const partitioned = row?.["partitioned"] === "t";
    return {
      table: row?.["oid"] ?? null,
      existing: row?.["existing"]?.split(",") ?? [],
      ...(partitioned && { partitioned: { schema: row["schema"]!, name: row["name"]! } }),
    };
  },

  async apply(session, statement, detail, tools) {
    const { partitioned } = detail;
    const { relation } = indexOf(statement);
    // ON ONLY is what the author writes who wants to do the rest by hand.
    if (partitioned === undefined || relation?.inh !== true) return tools.alone(statement.text);
    const name = indexOf(statement).idxname ?? generatedName(partitioned.name, indexOf(statement));
    await buildPartitionedIndex(
      session,
      { text: statement.text, table: partitioned, index: name },
      tools,
    );
  },

  async probe(session, statement, detail): Promise<Probe> {
    const found = await newIndexes(session, statement, detail);
    if (detail.partitioned) {
      // Its index is INVALID until the last leaf is attached; building goes on where it stopped.
      return { state: found.some((index) => index["valid"] === "t") ? "done" : "none" };
    }
    const building = found.find((index) => index["building"] === "t");
    if (building) {
      return { state: "unknown", what: `${building["name"]} is being built by another session` };
    }
    const invalid = found.find((index) => index["valid"] === "f");
    if (invalid) return { state: "half", what: `${invalid["name"]} is INVALID` };
    const [valid] = found;
    if (valid === undefined) return { state: "none" };
    if (matches(valid, indexOf(statement))) return { state: "done" };
    return {
      state: "unknown",
      what: `${valid["name"]} exists with another definition: ${valid["definition"]}`,
    };
  },

  async cleanUp(session, statement, detail, onSent) {
    for (const index of await newIndexes(session, statement, detail)) {
      if (index["valid"] === "t" || index["building"] === "t") continue;
      await session.batch([{ text: `drop index concurrently if exists ${index["name"]}` }], onSent);
    }
    return "again";
  },
};

/**
 * After the statement succeeded: with IF NOT EXISTS the server says "ok" to an INVALID index that
 * was there before. That one is not ours to drop.
 */
export async function refuseInvalidLeftover(
  session: Session,
  statement: PreparedStatement,
): Promise<void> {
  const index = indexOf(statement);
  if (index.idxname === undefined) return;
  const schema = index.relation?.schemaname;
  const [row] = await session.query(
    `select i.indexrelid::pg_catalog.regclass::pg_catalog.text as name from pg_catalog.pg_index i
     where i.indexrelid = pg_catalog.to_regclass($1) and not i.indisvalid`,
    [qualified(schema, index.idxname)],
  );
  if (!row) return;
  throw new Failure({
    class: "index.invalid_leftover",
    what: `The index \`${row["name"]}\` is INVALID and was there before this migration.`,
    action: `Run \`drop index concurrently ${row["name"]};\` and then the same command again.`,
  });
}

function indexOf(statement: PreparedStatement): IndexStmt {
  return (statement.node as { IndexStmt: IndexStmt }).IndexStmt;
}

function tableOf(statement: PreparedStatement): string {
  const relation = indexOf(statement).relation as RangeVar;
  return qualified(relation.schemaname, relation.relname ?? "");
}

/** Fixed, so that a resumed run finds what the interrupted one made. */
function generatedName(table: string, index: IndexStmt): string {
  const columns = (index.indexParams ?? []).map(
    (element) => (element as { IndexElem: IndexElem }).IndexElem.name ?? "expr",
  );
  return indexNameFor(`${table}_${columns.join("_")}`, "idx");
}

async function newIndexes(
  session: Session,
  statement: PreparedStatement,
  detail: Detail,
): Promise<TextRow[]> {
  if (detail.table === null) return [];
  const name = indexOf(statement).idxname ?? null;
  const rows = await session.query(
    `select i.indexrelid::pg_catalog.regclass::pg_catalog.text as name, i.indisvalid as valid,
            i.indisunique as is_unique, m.amname as method, i.indnkeyatts as keys,
            i.indpred is not null as partial, pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
            (select pg_catalog.string_agg(coalesce(a.attname, ''), ',' order by k.n)
             from pg_catalog.unnest(i.indkey::pg_catalog.int2[]) with ordinality k(attnum, n)
             left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
             where k.n <= i.indnkeyatts) as columns,
            -- index_relid is hidden from an ordinary role when another role builds; pid is not.
            exists (select from pg_catalog.pg_stat_progress_create_index p
                    join pg_catalog.pg_locks l on l.pid = p.pid and l.relation = i.indrelid and l.granted
                    where p.index_relid is null or p.index_relid = i.indexrelid) as building
     from pg_catalog.pg_index i
     join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_am m on m.oid = c.relam
     where i.indrelid = $1::pg_catalog.oid and i.indexrelid::pg_catalog.text <> all ($2::pg_catalog.text[])
       and ($3::pg_catalog.text is null or c.relname = $3)`,
    [detail.table, detail.existing, name],
  );
  // Without a name, only an index of the same shape can be ours.
  return name === null ? rows.filter((row) => matches(row, indexOf(statement))) : rows;
}

/** Uniqueness, method, key columns by name (expressions as empty) and being partial. */
function matches(row: TextRow, index: IndexStmt): boolean {
  const wanted = (index.indexParams ?? []).map(
    (element) => (element as { IndexElem: IndexElem }).IndexElem.name ?? "",
  );
  return (
    (row["is_unique"] === "t") === Boolean(index.unique) &&
    row["method"] === (index.accessMethod ?? "btree") &&
    row["columns"] === wanted.join(",") &&
    (row["partial"] === "t") === (index.whereClause !== undefined)
  );
}
