/**
 * The shared lock table holds max_locks_per_transaction × (max_connections +
 * max_prepared_transactions) locks for everybody. One statement on a partitioned table locks all of
 * its partitions, and DROP and many ALTER TABLE forms their indexes too; when the table is full
 * the server says 53200, "out of shared memory", to whoever comes next, the application included.
 */
import { ok, type Check } from "./check.ts";
import { count } from "./wording.ts";

const SLOTS = `
  select pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8 *
         (pg_catalog.current_setting('max_connections')::pg_catalog.int8 +
          pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8) as slots,
         pg_catalog.current_setting('max_locks_per_transaction') as per_transaction`;

/** The partition tree with the most relations to lock, indexes included. */
const LARGEST_TREE = `
  select n.nspname || '.' || c.relname as name, t.partitions, t.relations
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  cross join lateral (
    select pg_catalog.count(distinct p.relid) as partitions,
           pg_catalog.count(distinct p.relid) + pg_catalog.count(distinct i.indexrelid) as relations
    from pg_catalog.pg_partition_tree(c.oid) p
    left join pg_catalog.pg_index i on i.indrelid = p.relid) t
  where c.relkind = 'p' and not c.relispartition
  order by t.relations desc, 1
  limit 1`;

export const lockTable: Check = {
  id: "lock-table",
  title: "Room for locks",
  async look({ session }) {
    const [settings] = await session.query(SLOTS);
    const [tree] = await session.query(LARGEST_TREE);
    const slots = Number(settings?.["slots"]);
    const relations = Number(tree?.["relations"] ?? 0);
    if (relations * 2 <= slots) return ok(`The server has room for ${count(slots, "lock")}.`);
    return {
      status: "warn",
      message:
        `One statement on \`${tree?.["name"]}\` may lock ${relations} relations ` +
        `(${count(Number(tree?.["partitions"]), "table")} and their indexes); the whole server has room for about ${slots}.`,
      action: `Raise \`max_locks_per_transaction\` (now ${settings?.["per_transaction"]}) and restart the server.`,
    };
  },
};
