/**
 * CREATE and DROP of databases, tablespaces and subscriptions. The catalog row appears or goes
 * with the statement's own commit, so its oid before and after tells whether the statement ran.
 */
import type { PreparedStatement } from "../prepare.ts";
import type { Kind } from "./kind.ts";

interface Detail {
  readonly oid: string | null;
}

interface Catalog {
  /** A query with the name as its parameter. */
  readonly oidOf: string;
  readonly nameOf: (statement: PreparedStatement) => string;
}

const DATABASE =
  "select d.oid::pg_catalog.text as oid from pg_catalog.pg_database d where d.datname = $1";
const TABLESPACE =
  "select t.oid::pg_catalog.text as oid from pg_catalog.pg_tablespace t where t.spcname = $1";
const SUBSCRIPTION = `select s.oid::pg_catalog.text as oid from pg_catalog.pg_subscription s
  where s.subname = $1 and s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())`;

/** The first property of that name in the statement's node: `dbname`, `tablespacename`, `subname`. */
function field(name: string): Catalog["nameOf"] {
  return (statement) => {
    const [node] = Object.values(statement.node ?? {}) as Record<string, unknown>[];
    const value = node?.[name];
    return typeof value === "string" ? value : "";
  };
}

function named(catalog: Catalog, doneWhen: "created" | "dropped"): Kind<Detail> {
  return {
    stalls: false,
    async before(session, statement) {
      const [row] = await session.query(catalog.oidOf, [catalog.nameOf(statement)]);
      return { oid: row?.["oid"] ?? null };
    },
    async probe(session, statement, detail) {
      const [row] = await session.query(catalog.oidOf, [catalog.nameOf(statement)]);
      const now = row?.["oid"] ?? null;
      const done =
        doneWhen === "created"
          ? now !== null && now !== detail.oid
          : detail.oid !== null && now !== detail.oid;
      return { state: done ? "done" : "none" };
    },
  };
}

export const createDatabase = named({ oidOf: DATABASE, nameOf: field("dbname") }, "created");
export const dropDatabase = named({ oidOf: DATABASE, nameOf: field("dbname") }, "dropped");
export const createTablespace = named(
  { oidOf: TABLESPACE, nameOf: field("tablespacename") },
  "created",
);
export const dropTablespace = named(
  { oidOf: TABLESPACE, nameOf: field("tablespacename") },
  "dropped",
);
export const createSubscription = named(
  { oidOf: SUBSCRIPTION, nameOf: field("subname") },
  "created",
);
export const dropSubscription = named({ oidOf: SUBSCRIPTION, nameOf: field("subname") }, "dropped");
