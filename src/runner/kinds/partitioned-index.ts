/**
 * CREATE INDEX CONCURRENTLY on a partitioned table, which the server refuses (0A000 up to 18). It
 * is made the way the documentation advises: the index ON ONLY each partitioned table (empty, so
 * immediate), one concurrent build per leaf, and ATTACH. The parent's index becomes valid with the
 * last one.
 *
 * X1. Every step looks at the catalog first, so the whole resumes wherever it was interrupted.
 * X2. Partitions that are created meanwhile get the index from the server.
 */
import { createHash } from "node:crypto";
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import type { Session, TextRow } from "../../postgres/session.ts";
import { splitCreateIndex } from "../../sql/index-statement.ts";
import type { Tools } from "./kind.ts";

/** The longest identifier of a server with the default NAMEDATALEN. */
const LONGEST_NAME = 63;

export interface PartitionedIndex {
  readonly text: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly index: string;
}

export async function buildPartitionedIndex(
  session: Session,
  wanted: PartitionedIndex,
  tools: Tools,
): Promise<void> {
  const parts = splitCreateIndex(wanted.text);
  const create = (name: string, on: string): string =>
    `${parts.head} ${quoteIdent(name)} on ${on} ${parts.tail}`;

  const visit = async (schema: string, table: string, index: string): Promise<void> => {
    if ((await find(session, schema, index)) === undefined) {
      await tools.briefly([create(index, `only ${qualified(schema, table)}`)]);
    }
    for (const child of await children(session, schema, table)) {
      const childSchema = child["schema"]!;
      const childTable = child["name"]!;
      const childIndex = indexNameFor(wanted.index, childTable);
      const before = await find(session, childSchema, childIndex);
      if (before?.["attached"] === "t") continue;
      if (child["partitioned"] === "t") await visit(childSchema, childTable, childIndex);
      else await buildLeaf(childSchema, childTable, childIndex, before);
      await tools.briefly([
        `alter index ${qualified(schema, index)} attach partition ${qualified(childSchema, childIndex)}`,
      ]);
    }
  };

  const buildLeaf = async (
    schema: string,
    table: string,
    index: string,
    before: TextRow | undefined,
  ): Promise<void> => {
    if (before?.["valid"] === "t") return;
    if (before) await tools.alone(`drop index concurrently ${qualified(schema, index)}`);
    const concurrently = `${parts.head} concurrently`;
    await tools.alone(
      `${concurrently} ${quoteIdent(index)} on ${qualified(schema, table)} ${parts.tail}`,
    );
  };

  await visit(wanted.table.schema, wanted.table.name, wanted.index);
}

/** `events_by_user` on `events_2026_01` → `events_by_user_events_2026_01`, shortened with a hash. */
export function indexNameFor(index: string, table: string): string {
  const name = `${index}_${table}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  let short = name;
  while (Buffer.byteLength(short) > LONGEST_NAME - 9) short = short.slice(0, -1);
  return `${short}_${digest}`;
}

async function find(session: Session, schema: string, index: string): Promise<TextRow | undefined> {
  const [row] = await session.query(
    `select i.indisvalid as valid,
            exists (select from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid) as attached
     from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass($1)`,
    [qualified(schema, index)],
  );
  return row;
}

/** Foreign tables cannot have indexes and are left out, as the server does. */
function children(session: Session, schema: string, table: string): Promise<TextRow[]> {
  return session.query(
    `select n.nspname as schema, c.relname as name, c.relkind = 'p' as partitioned
     from pg_catalog.pg_inherits h
     join pg_catalog.pg_class c on c.oid = h.inhrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where h.inhparent = pg_catalog.to_regclass($1) and c.relkind in ('r', 'p')
     order by c.oid`,
    [qualified(schema, table)],
  );
}
