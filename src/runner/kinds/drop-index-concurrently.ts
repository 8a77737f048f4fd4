/**
 * DROP INDEX CONCURRENTLY. Killed half-way it leaves the index INVALID or not ready; the same
 * statement finishes the work. The oid decides: an index of the same name that somebody created
 * since is not ours to drop.
 */
import type { DropStmt, List, String as PgString } from "@pgsql/types";
import { qualified } from "../../postgres/identifiers.ts";
import type { PreparedStatement } from "../prepare.ts";
import type { Kind } from "./kind.ts";

interface Detail {
  readonly index: string | null;
}

export const dropIndexConcurrently: Kind<Detail> = {
  stalls: false,

  async before(session, statement) {
    const [row] = await session.query(
      "select pg_catalog.to_regclass($1)::pg_catalog.oid::pg_catalog.text as oid",
      [indexName(statement)],
    );
    return { index: row?.["oid"] ?? null };
  },

  async probe(session, _statement, detail) {
    if (detail.index === null) return { state: "none" };
    const rows = await session.query(
      "select from pg_catalog.pg_class c where c.oid = $1::pg_catalog.oid",
      [detail.index],
    );
    return { state: rows.length === 0 ? "done" : "none" };
  },
};

function indexName(statement: PreparedStatement): string {
  const drop = (statement.node as { DropStmt: DropStmt }).DropStmt;
  const [first] = (drop.objects ?? []) as { List: List }[];
  const parts = (first?.List.items ?? []).map(
    (item) => (item as { String: PgString }).String.sval ?? "",
  );
  return qualified(parts.at(-2), parts.at(-1) ?? "");
}
