/**
 * Atlas's history: one row per version in `atlas_schema_revisions`, in a schema of that name, or in
 * the one that its URL names.
 */
import { quoteIdent } from "../../postgres/identifiers.ts";
import { splitStatements } from "../../sql/statement-tracker.ts";
import type { ForeignHistory } from "../history.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "../tables-named.ts";

const NAME = "atlas_schema_revisions";
const COLUMNS = [
  "version",
  "description",
  "type",
  "applied",
  "total",
  "executed_at",
  "execution_time",
  "error",
  "error_stmt",
  "hash",
  "partial_hashes",
  "operator_version",
];
/** A row that is no revision: it has the identifier of the table for Atlas Cloud. */
const IDENTIFIER = ".atlas_cloud_identifier";
const BASELINE = "baseline";

export function atlasHistory(): ForeignHistory {
  return {
    failedAdvice:
      "Say so with `atlas migrate set <version>`: the version itself when all of it is there, the one before when nothing is.",
    defaultTable: { schema: NAME, name: NAME },
    async find(db) {
      const tables = await tablesNamed(db, NAME);
      return tables.filter((table) => hasColumns(table, ...COLUMNS));
    },
    async read(db, table) {
      const rows = await db.query(
        `select version, description, hash, error,
           (applied < total or coalesce(error, '') <> '')::pg_catalog.text as failed,
           (type = 1)::pg_catalog.text as baseline,
           (execution_time / 1000000)::pg_catalog.text as duration,
           ${isoOf("executed_at", "timestamptz")} as executed_at
         from ${tableOf(table)} where version <> $1 order by version collate "C"`,
        [IDENTIFIER],
      );
      return rows.map((row) => ({
        key: row["version"]!,
        label: { version: row["version"]!, name: row["description"]! },
        state: row["failed"] === "true" ? "failed" : "applied",
        // A baseline and a version that was set by hand may have none.
        checksum: row["hash"] || null,
        appliedAt: row["executed_at"]!,
        appliedBy: null,
        durationMs: Number(row["duration"]),
        ...(row["baseline"] === "true" && { note: BASELINE }),
        ...(row["error"] && { note: row["error"] }),
      }));
    },
    // Whatever comes before its baseline is never pending for Atlas.
    expand(rows, migrations) {
      const baseline = rows[0];
      if (baseline?.note !== BASELINE) return rows;
      const place = migrations.findIndex(({ theirs }) => theirs!.key === baseline.key);
      const below = migrations
        .slice(0, Math.max(0, place))
        .filter((migration) => !migration.baseline);
      return [...below.map(({ theirs }) => ({ ...baseline, key: theirs!.key })), ...rows];
    },
    // FNV-1 in 32 bits of its default `--lock-name`, `atlas_migrate_execute`.
    async locks() {
      return [{ kind: "advisory", key: lockKey("atlas_migrate_execute") }];
    },
    create: (table) => [
      `create schema if not exists ${quoteIdent(table.schema)}`,
      `create table ${tableOf(table)} (
         version character varying not null,
         description character varying not null,
         type bigint not null default 2,
         applied bigint not null default 0,
         total bigint not null default 0,
         executed_at timestamptz not null,
         execution_time bigint not null,
         error text,
         error_stmt text,
         hash character varying not null,
         partial_hashes jsonb,
         operator_version character varying not null,
         primary key (version)
       )`,
    ],
    record(table, migration, { appliedAt, durationMs }) {
      const { bytes, reading } = migration.up;
      const { start, end } = reading?.range ?? { start: 0, end: bytes.length };
      // Atlas compares the two counts only with each other.
      const count = String(splitStatements(bytes, start, end).length);
      return [
        {
          text: `insert into ${tableOf(table)}
                   (version, description, type, applied, total, executed_at, execution_time,
                    error, error_stmt, hash, partial_hashes, operator_version)
                 values ($1, $2, 2, $3::pg_catalog.int8, $3::pg_catalog.int8,
                         coalesce($4::pg_catalog.timestamptz, pg_catalog.now()),
                         $5::pg_catalog.int8, '', '', $6, null, 'Lockstep')`,
          values: [
            migration.theirs!.key,
            migration.name,
            count,
            appliedAt,
            String(Math.round(durationMs * 1e6)),
            migration.theirs!.checksums!()[0]!,
          ],
        },
      ];
    },
    forget: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)} where version = $1`, values: [theirs!.key] },
    ],
  };
}

/** FNV-1, 32 bits without a sign. */
function lockKey(name: string): bigint {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return BigInt(hash);
}
