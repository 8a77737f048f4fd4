/**
 * Publications and subscriptions of this database. DDL is not replicated: what a migration changes
 * has to be changed on the other side too, in the right order, and new tables have to be added.
 */
import { readServer } from "../care/surroundings.ts";
import { ok, type Check } from "./check.ts";
import { be, count, listed } from "./wording.ts";

// Where some tables of a schema are published one by one, the others may have been forgotten.
const UNPUBLISHED = `
  with published as materialized (
    select t.schemaname, t.tablename from pg_catalog.pg_publication_tables t),
  partly as materialized (
    select distinct o.relnamespace from pg_catalog.pg_publication_rel m
    join pg_catalog.pg_class o on o.oid = m.prrelid)
  select n.nspname || '.' || c.relname as name
  from partly y
  join pg_catalog.pg_class c on c.relnamespace = y.relnamespace
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p' and n.nspname <> $1
    and (n.nspname, c.relname) not in (select p.schemaname, p.tablename from published p)
    and c.oid not in (select m.prrelid from pg_catalog.pg_publication_rel m)
  order by 1`;

/** subconninfo is for superusers; these columns are for everybody. */
const SUBSCRIPTIONS = `
  select s.subname as name, s.subenabled as enabled,
         (select pg_catalog.count(*) from pg_catalog.pg_subscription_rel r
          where r.srsubid = s.oid and r.srsubstate not in ('r', 's')) as copying
  from pg_catalog.pg_subscription s
  where s.subdbid = (select d.oid from pg_catalog.pg_database d
                     where d.datname = pg_catalog.current_database())
  order by 1`;

export const logicalReplication: Check = {
  id: "logical-replication",
  title: "Logical replication",
  async look({ session, run }) {
    const { publications } = await readServer(session);
    const subscriptions = await session.query(SUBSCRIPTIONS);
    if (publications.length === 0 && subscriptions.length === 0) {
      return ok("Nothing is published and nothing is subscribed to.");
    }
    const stopped = subscriptions.filter((row) => row["enabled"] !== "t" || row["copying"] !== "0");
    if (stopped.length > 0) {
      const named = stopped.map((row) =>
        row["enabled"] === "t"
          ? `\`${row["name"]}\` (${count(Number(row["copying"]), "table")} not copied yet)`
          : `\`${row["name"]}\` (disabled)`,
      );
      return {
        status: "warn",
        message: `${count(stopped.length, "subscription")} ${be(stopped.length)} not up to date: ${listed(named)}.`,
        action:
          "See the server's log for what stops it, often a column that the publisher has and this table has not; then `alter subscription … enable`.",
      };
    }
    const missing = await session.query(UNPUBLISHED, [run.settings.historySchema]);
    const parts = [
      ...(publications.length > 0
        ? [`published by ${listed(publications.map((name) => `\`${name}\``))}`]
        : []),
      ...(subscriptions.length > 0
        ? [`filled by ${listed(subscriptions.map((row) => `\`${row["name"]}\``))}`]
        : []),
    ];
    const unpublished =
      missing.length === 0
        ? ""
        : ` In no publication, beside tables that are: ${listed(missing.map((row) => `\`${row["name"]}\``))}.`;
    return {
      status: "info",
      message: `Tables are ${parts.join(", and ")}; DDL is not replicated.${unpublished}`,
      action:
        "Add columns on the subscriber first, drop them on the publisher first; create new tables on both, add them to the publication, and run `alter subscription … refresh publication`. `lockstep plan` says it of each migration.",
    };
  },
};
