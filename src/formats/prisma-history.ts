/**
 * `_prisma_migrations`: a row for each attempt, in the default schema of the connection
 * (`?schema=`). A row that was rolled back stays beside the later one that succeeded.
 */
import { createHash } from "node:crypto";
import type { ForeignHistory, ForeignRow, HistoryFinding } from "./history.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "./tables-named.ts";

const TABLE = "_prisma_migrations";
/** The same for every schema of a database. */
const LOCK_KEY = 72707369n;

export function prismaHistory(): ForeignHistory {
  return {
    defaultTable: { schema: "public", name: TABLE },
    async find(db) {
      const tables = await tablesNamed(db, TABLE);
      return tables.filter((table) =>
        hasColumns(
          table,
          "id",
          "checksum",
          "finished_at",
          "migration_name",
          "logs",
          "rolled_back_at",
          "started_at",
          "applied_steps_count",
        ),
      );
    },
    async read(db, table) {
      const rows = await db.query(
        `select migration_name, checksum, logs, ${isoOf("finished_at", "timestamptz")} as finished,
           (rolled_back_at is not null)::pg_catalog.text as rolled_back,
           pg_catalog.round(extract(epoch from finished_at - started_at) * 1000)::pg_catalog.int8::pg_catalog.text as duration
         from ${tableOf(table)} order by started_at, migration_name collate "C"`,
      );
      return rows.map((row): ForeignRow => {
        const finished = row["finished"] ?? null;
        const duration = row["duration"];
        const logs = row["logs"]?.trim();
        return {
          key: row["migration_name"]!,
          label: { version: row["migration_name"]!, name: "" },
          state:
            row["rolled_back"] === "true"
              ? "rolled-back"
              : finished === null
                ? "failed"
                : "applied",
          checksum: row["checksum"] ?? null,
          appliedAt: finished,
          appliedBy: null,
          durationMs: duration == null ? null : Number(duration),
          ...(logs && { note: logs }),
        };
      });
    },
    failedAdvice:
      "Settle it with `prisma migrate resolve`: `--applied <name>` when all of it is there, `--rolled-back <name>` when nothing is.",
    inspect: recordedTwice,
    locks: () => Promise.resolve([{ kind: "advisory", key: LOCK_KEY }]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (
    id                      varchar(36) primary key not null,
    checksum                varchar(64) not null,
    finished_at             timestamptz,
    migration_name          varchar(255) not null,
    logs                    text,
    rolled_back_at          timestamptz,
    started_at              timestamptz not null default now(),
    applied_steps_count     integer not null default 0
)`,
    ],
    view: (rows) =>
      `select m.run_id::pg_catalog.varchar as id, m.checksum::pg_catalog.varchar as checksum,
        m.applied_at as finished_at, m.version::pg_catalog.varchar as migration_name,
        null::pg_catalog.text as logs, null::pg_catalog.timestamptz as rolled_back_at,
        m.applied_at as started_at, 1 as applied_steps_count from ${rows} m`,
    record: (table, { theirs }, { appliedAt, durationMs }) => [
      {
        text: `insert into ${tableOf(table)} (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
          select pg_catalog.gen_random_uuid()::pg_catalog.text, $1::pg_catalog.text, f.at, $2::pg_catalog.text,
            f.at - $4::pg_catalog.float8 * interval '1 millisecond', 1
          from (select coalesce($3::pg_catalog.timestamptz, pg_catalog.clock_timestamp()) as at) f`,
        values: [theirs!.checksums!()[0]!, theirs!.key, appliedAt, String(durationMs)],
      },
    ],
    // What `migrate resolve --rolled-back` does: the row stays, and Prisma would apply it again.
    forget: (table, { theirs }) => [
      {
        text: `update ${tableOf(table)} set rolled_back_at = pg_catalog.clock_timestamp()
          where migration_name = $1 and rolled_back_at is null`,
        values: [theirs!.key],
      },
    ],
  };
}

export function recordedTwice(rows: readonly ForeignRow[]): readonly HistoryFinding[] {
  const count = new Map<string, number>();
  for (const { key, state } of rows) {
    if (state === "applied") count.set(key, (count.get(key) ?? 0) + 1);
  }
  return [...count]
    .filter(([, times]) => times > 1)
    .map(([key, times]) => ({
      kind: "twice",
      key,
      message: `Prisma has recorded \`${key}\` ${times} times.`,
    }));
}

/**
 * SHA-256 as Prisma compares it: of the file, and with either kind of line endings, because git
 * changes them. Long ago it wrote the bytes without leading zeros; such rows are still in databases.
 */
export function checksumsOf(bytes: Buffer): readonly string[] {
  // Latin-1, so that every byte stays what it is.
  const text = bytes.toString("latin1");
  const variants = [text, text.replaceAll("\r\n", "\n"), text.replaceAll("\n", "\r\n")];
  const sums = variants.map((one) => createHash("sha256").update(one, "latin1").digest("hex"));
  return [...new Set([...sums, ...sums.map(withoutZeros)])];
}

function withoutZeros(sum: string): string {
  return sum.replaceAll(/../g, (byte) => (byte.startsWith("0") ? byte.slice(1) : byte));
}
