/**
 * `flyway_schema_history`: one row for each migration that ran, in the order of `installed_rank`, and
 * rows for what happened beside them. Its table may have any name; its columns say that it is one.
 */
import type { Migration, TheirIdentity, Version } from "../../migrations/migration.ts";
import { compareVersions } from "../../migrations/version.ts";
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import type { TextRow } from "../../postgres/session.ts";
import type { ForeignHistory, ForeignRow, ForeignTable } from "../history.ts";
import { hasColumns, isoOf, tablesNamed } from "../tables-named.ts";
import { normalVersion } from "./names.ts";

/** What a row of its history has besides. */
export interface FlywayIdentity extends TheirIdentity {
  /** As Flyway writes it; null for repeatables. */
  readonly version: string | null;
  readonly description: string;
  readonly type: "SQL" | "SQL_BASELINE";
  /** The file, relative to its location. */
  readonly script: string;
}

const COLUMNS = [
  "installed_rank",
  "version",
  "description",
  "type",
  "script",
  "checksum",
  "installed_by",
  "installed_on",
  "execution_time",
  "success",
];
/** A row of `flyway baseline`: all versions up to it count as applied. */
const BASELINE = "baseline ";
const REPEATABLE = "R__";
/** "Flyway", as a number; the hash of the table's name is added to it. */
const LOCK_BASE = 77_431_708_279_161n;

export function keyOf(row: {
  readonly version: string | null;
  readonly description: string;
  readonly type: string;
}): string {
  if (row.version === null) return REPEATABLE + row.description;
  const version = normalVersion(row.version);
  return row.type === "SQL_BASELINE" ? `${version} (baseline)` : version;
}

export const flywayHistory: ForeignHistory = {
  failedAdvice:
    "Undo by hand what the failed migration left, or finish it, and run `flyway repair`.",
  defaultTable: { schema: "public", name: "flyway_schema_history" },
  async find(db) {
    const named = await db.query(
      `select distinct c.relname as name
       from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
       where a.attname = 'installed_rank' and not a.attisdropped and c.relkind in ('r', 'p')`,
    );
    if (named.length === 0) return [];
    const tables = await tablesNamed(db, ...named.map(({ name }) => name!));
    return tables.filter((table) => hasColumns(table, ...COLUMNS));
  },
  async read(db, table) {
    const rows = await db.query(
      `select version, description, type, script, checksum::pg_catalog.text as checksum,
         installed_by, ${isoOf("installed_on", "timestamp")} as installed_on,
         execution_time::pg_catalog.text as execution_time, success::pg_catalog.text as success
       from ${tableOf(table)} order by installed_rank`,
    );
    return lastWords(rows);
  },
  expand(rows, migrations) {
    const known = new Set(rows.map(({ key }) => key));
    const files = new Set(migrations.map(({ theirs }) => theirs!.key));
    return rows.flatMap((row) => {
      // A repeatable without its file has nothing left to say: it would never run again.
      if (row.key.startsWith(REPEATABLE)) {
        return files.has(row.key) || row.state === "failed" ? [row] : [];
      }
      if (!row.key.startsWith(BASELINE)) return [row];
      const limit = row.key.slice(BASELINE.length) as Version;
      const below = migrations
        .filter(({ version, baseline, theirs }) => {
          if (version === undefined || baseline || known.has(theirs!.key)) return false;
          return compareVersions(version, limit) <= 0;
        })
        .map(({ theirs }) => ({ ...row, key: theirs!.key }));
      // Without a file of this version the row stays, so that no lower file counts as new.
      return files.has(limit) || known.has(limit) ? below : [...below, { ...row, key: limit }];
    });
  },
  locks: (_db, table) => Promise.resolve([{ kind: "advisory", key: lockKey(table) }]),
  create: (table) => [
    `create table if not exists ${tableOf(table)} (
  installed_rank int not null,
  version varchar(50),
  description varchar(200) not null,
  type varchar(20) not null,
  script varchar(1000) not null,
  checksum int,
  installed_by varchar(100) not null,
  installed_on timestamp not null default now(),
  execution_time int not null,
  success boolean not null,
  constraint ${quoteIdent(`${table.name}_pk`)} primary key (installed_rank)
)`,
    `create index if not exists ${quoteIdent(`${table.name}_s_idx`)} on ${tableOf(table)} (success)`,
  ],
  view: (rows) =>
    `select m.seq::pg_catalog.int4 as installed_rank, m.version::pg_catalog.varchar as version,
      pg_catalog.replace(m.name, '_', ' ')::pg_catalog.varchar as description,
      'SQL'::pg_catalog.varchar as type, m.name::pg_catalog.varchar as script,
      null::pg_catalog.int4 as checksum, m.applied_by::pg_catalog.varchar as installed_by,
      m.applied_at at time zone 'UTC' as installed_on, m.duration_ms as execution_time,
      true as success from ${rows} m`,
  record(table, migration, { appliedAt, durationMs, by }) {
    const { version, description, type, script, checksums } = identityOf(migration);
    return [
      {
        text: `insert into ${tableOf(table)} (installed_rank, version, description, type, script,
            checksum, installed_by, installed_on, execution_time, success)
          select coalesce(pg_catalog.max(installed_rank), 0) + 1, $1::pg_catalog.text,
            $2::pg_catalog.text, $3::pg_catalog.text, $4::pg_catalog.text,
            $5::pg_catalog.int4, $6::pg_catalog.text,
            coalesce($7::pg_catalog.timestamptz, pg_catalog.now()) at time zone 'UTC',
            $8::pg_catalog.int4, true
          from ${tableOf(table)}`,
        values: [
          version,
          description.length > 200 ? `${description.slice(0, 197)}...` : description,
          type,
          script.length > 1000 ? `...${script.slice(-997)}` : script,
          checksums?.()[0] ?? null,
          by,
          appliedAt,
          String(Math.round(durationMs)),
        ],
      },
    ];
  },
  forget(table, migration) {
    const { version, description, type } = identityOf(migration);
    if (version === null) {
      return [
        {
          text: `delete from ${tableOf(table)} where version is null and type = 'SQL' and description = $1`,
          values: [description],
        },
      ];
    }
    return [
      {
        text: `delete from ${tableOf(table)} where version = $1 and type in ($2, 'UNDO_SQL', 'DELETE')`,
        values: [version, type],
      },
    ];
  },
};

/** Of several rows for the same migration the last one counts; undone and deleted ones are gone. */
function lastWords(rows: readonly TextRow[]): ForeignRow[] {
  const result = new Map<string, ForeignRow>();
  for (const row of rows) {
    const type = row["type"]!;
    const success = row["success"] === "true";
    const version = row["version"] ?? null;
    // A note that Flyway created the schema.
    if (type === "SCHEMA" && success) continue;
    const description = row["description"]!;
    const takenBack = type.startsWith("UNDO_") || type === "DELETE";
    const baseline = type === "BASELINE" || type === "INIT";
    // The row of a deletion has the version and description of what is gone.
    const own = keyOf({ version, description, type });
    const scripted = `${own} (baseline)`;
    const key = baseline
      ? `${BASELINE}${own}`
      : takenBack && !result.has(own) && result.has(scripted)
        ? scripted
        : own;
    result.delete(key);
    result.set(key, {
      key,
      label: {
        version: version === null ? "" : baseline ? normalVersion(version) : own,
        name: baseline ? "flyway baseline" : description.replaceAll(" ", "_"),
      },
      state: success ? (takenBack ? "rolled-back" : "applied") : "failed",
      checksum: takenBack ? null : (row["checksum"] ?? null),
      appliedAt: row["installed_on"] ?? null,
      appliedBy: row["installed_by"] ?? null,
      durationMs: row["execution_time"] ? Number(row["execution_time"]) : null,
      note: row["script"]!,
    });
  }
  return [...result.values()];
}

function identityOf({ theirs }: Migration): FlywayIdentity {
  return theirs as FlywayIdentity;
}

function tableOf({ schema, name }: ForeignTable): string {
  return qualified(schema, name);
}

/** Its hash is that of Java's strings: 31 times what is there, plus the next character, in 32 bits. */
function lockKey({ schema, name }: ForeignTable): bigint {
  const quoted = [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
  let hash = 0;
  for (let at = 0; at < quoted.length; at++)
    hash = (Math.imul(hash, 31) + quoted.charCodeAt(at)) | 0;
  return LOCK_BASE + BigInt(hash);
}
