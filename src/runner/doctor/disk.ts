/**
 * Free disk against what a rewrite of the largest table needs. Free space is not visible by SQL: it is
 * known when the operator says it, or when the server runs on this machine and its data can be read.
 */
import { bytesText } from "../bytes.ts";
import { bytesFree } from "../care/local-disk.ts";
import { ok, type Check } from "./check.ts";

// From the catalog, as of the last VACUUM or ANALYZE: the size functions would wait for locks.
const LARGEST = `
  select n.nspname || '.' || c.relname as name,
         (c.relpages::pg_catalog.int8
          + coalesce((select pg_catalog.sum(i.relpages) from pg_catalog.pg_index x
                      join pg_catalog.pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid), 0)
          + coalesce((select t.relpages from pg_catalog.pg_class t where t.oid = c.reltoastrelid), 0))
         * pg_catalog.current_setting('block_size')::pg_catalog.int8 as bytes
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
  order by 2 desc limit 1`;

export const disk: Check = {
  id: "disk",
  title: "Room on disk",
  async look({ session, run }) {
    const [row] = await session.query(LARGEST);
    const bytes = Number(row?.["bytes"] ?? 0);
    const free = run.settings.care?.freeDiskBytes ?? (await bytesFree(session));
    const need = `a rewrite of the largest table, \`${row?.["name"]}\`, takes about ${bytesText(bytes)}, and writes as much WAL`;
    if (free === undefined) {
      return ok(
        bytes === 0
          ? "Free space is not known; no table is large."
          : `Free space is not known (\`--free-disk\` tells it); ${need}.`,
      );
    }
    if (2 * bytes <= free) return ok(`${bytesText(free)} are free.`);
    return {
      status: "warn",
      message: `${bytesText(free)} are free, and ${need}.`,
      action: "Make room first, or change such a table in steps that do not rewrite it.",
    };
  },
};
