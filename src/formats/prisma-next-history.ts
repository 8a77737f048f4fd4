/**
 * The history of Prisma 8 in the schema `prisma_contract`: `ledger` has a row for each migration,
 * `marker` the contract where each space is, `contract` the contracts by their hash.
 */
import { qualified } from "../postgres/identifiers.ts";
import type { Migration } from "../migrations/migration.ts";
import type { ForeignHistory, ForeignLock, ForeignRow, HistoryDatabase } from "./history.ts";
import { recordedTwice } from "./prisma-history.ts";
import type { PrismaNextIdentity } from "./prisma-next.ts";
import { bare, EMPTY } from "./prisma-next/package.ts";
import { isoOf, tablesNamed, textArray } from "./tables-named.ts";

const SCHEMA = "prisma_contract";
const LEDGER = qualified(SCHEMA, "ledger");
const MARKER = qualified(SCHEMA, "marker");
const CONTRACT = qualified(SCHEMA, "contract");
/** The second name is that of release candidates up to the middle of 2026. */
const LOCK_DOMAINS = ["prisma_8.contract.marker", "prisma_next.contract.marker"];
/** In the key of a row that says where a space is and not how it came there. */
const AT = "@";

export function prismaNextHistory(): ForeignHistory {
  return {
    defaultTable: { schema: SCHEMA, name: "ledger" },
    async find(db) {
      const tables = await tablesNamed(db, "marker");
      return tables
        .filter(({ schema, columns }) => schema === SCHEMA && "space" in columns)
        .map(({ schema }) => ({ schema, name: "ledger" }));
    },
    async read(db) {
      const markers = await markersOf(db);
      const ledger = (await exists(db, "ledger")) ? await ledgerOf(db) : [];
      return [
        ...ledger.map(({ row }) => row),
        ...markers.filter((one) => !isExplained(one, ledger)),
      ];
    },
    expand: upToContract,
    inspect: recordedTwice,
    locks: locksOf,
    create: () => [
      `create schema if not exists ${SCHEMA}`,
      `create table if not exists ${MARKER} (
  space text primary key not null default 'app',
  core_hash text not null,
  profile_hash text not null,
  contract_json jsonb,
  canonical_version int,
  updated_at timestamptz not null default now(),
  app_tag text,
  meta jsonb not null default '{}',
  invariants text[] not null default '{}'
)`,
      `create table if not exists ${LEDGER} (
  id bigserial primary key,
  created_at timestamptz not null default now(),
  space text not null,
  migration_name text not null,
  migration_hash text not null,
  origin_core_hash text,
  origin_profile_hash text,
  destination_core_hash text not null,
  destination_profile_hash text,
  operations jsonb not null
)`,
      `create table if not exists ${CONTRACT} (
  core_hash text primary key not null,
  created_at timestamptz not null default now(),
  contract_json jsonb not null
)`,
    ],
    record(_table, migration, { appliedAt }) {
      const { package: one, contract } = identityOf(migration);
      const { space, name, from, to, migrationHash, invariants, ops } = one;
      const text = contract(to);
      return [
        {
          text: `insert into ${MARKER} as m (space, core_hash, profile_hash, updated_at, invariants)
            values ($1, $2, $3, coalesce($4::pg_catalog.timestamptz, pg_catalog.now()), $5::pg_catalog.text[])
            on conflict (space) do update set core_hash = excluded.core_hash,
              profile_hash = excluded.profile_hash, updated_at = excluded.updated_at,
              invariants = array(select distinct i.name collate "C"
                from pg_catalog.unnest(m.invariants || excluded.invariants) as i (name) order by 1)`,
          values: [space, to, profileOf(text) ?? to, appliedAt, textArray(invariants)],
        },
        ...(text === undefined
          ? []
          : [
              {
                text: `insert into ${CONTRACT} (core_hash, contract_json)
                  values ($1, $2::pg_catalog.jsonb) on conflict (core_hash) do nothing`,
                values: [to, text],
              },
            ]),
        {
          text: `insert into ${LEDGER} (space, migration_name, migration_hash, origin_core_hash,
              destination_core_hash, operations, created_at)
            values ($1, $2, $3, $4, $5, $6::pg_catalog.jsonb,
              coalesce($7::pg_catalog.timestamptz, pg_catalog.now()))`,
          values: [space, name, migrationHash, from, to, JSON.stringify(ops.json), appliedAt],
        },
      ];
    },
    forget(_table, migration) {
      const { package: one, contract } = identityOf(migration);
      const { space, name, from } = one;
      return [
        {
          text: `delete from ${LEDGER} where space = $1 and migration_name = $2`,
          values: [space, name],
        },
        from === EMPTY
          ? { text: `delete from ${MARKER} where space = $1`, values: [space] }
          : {
              text: `update ${MARKER} set core_hash = $2, profile_hash = $3, updated_at = pg_catalog.now() where space = $1`,
              values: [space, from, profileOf(contract(from)) ?? from],
            },
      ];
    },
  };
}

/** Its reader gives every migration this identity. */
function identityOf({ theirs }: Migration): PrismaNextIdentity {
  return theirs as PrismaNextIdentity;
}

function keyOf(space: string, name: string): string {
  return space === "app" ? name : `${space}/${name}`;
}

function profileOf(contract: string | undefined): string | undefined {
  if (contract === undefined) return undefined;
  const { profileHash } = JSON.parse(contract) as { profileHash?: unknown };
  return typeof profileHash === "string" ? profileHash : undefined;
}

interface LedgerRow {
  readonly space: string;
  readonly to: string;
  readonly row: ForeignRow;
}

/** `db init` and `db update` write rows without a name; what they say the marker says, too. */
async function ledgerOf(db: HistoryDatabase): Promise<LedgerRow[]> {
  const rows = await db.query(
    `select space, migration_name as name, migration_hash as hash, destination_core_hash as destination,
       ${isoOf("created_at", "timestamptz")} as at
     from ${LEDGER} where migration_name <> '' order by id`,
  );
  return rows.map((row) => ({
    space: row["space"]!,
    to: row["destination"]!,
    row: named(rowOf(keyOf(row["space"]!, row["name"]!), row["at"]!, row["hash"]!)),
  }));
}

interface MarkerRow extends ForeignRow {
  readonly space: string;
  readonly to: string;
}

async function markersOf(db: HistoryDatabase): Promise<MarkerRow[]> {
  const rows = await db.query(
    `select space, core_hash as hash, ${isoOf("updated_at", "timestamptz")} as at
     from ${MARKER} order by space collate "C"`,
  );
  return rows.map((row) => ({
    ...rowOf(`${row["space"]!}${AT}${row["hash"]!}`, row["at"]!, null),
    note: `The marker of \`${row["space"]!}\` is at contract \`${row["hash"]!}\`, and no migration in the ledger leads there.`,
    space: row["space"]!,
    to: row["hash"]!,
  }));
}

function rowOf(key: string, appliedAt: string, checksum: string | null): ForeignRow {
  return { key, state: "applied", checksum, appliedAt, appliedBy: null, durationMs: null };
}

function named(row: ForeignRow): ForeignRow {
  return { ...row, label: { version: row.key, name: "" } };
}

function isExplained({ space, to }: MarkerRow, ledger: readonly LedgerRow[]): boolean {
  return ledger.some((one) => one.space === space && bare(one.to) === bare(to));
}

/** A marker without migrations, after `db init`, `db update` or `db sign`: all up to its contract. */
function upToContract(
  rows: readonly ForeignRow[],
  migrations: readonly Migration[],
): readonly ForeignRow[] {
  return rows.flatMap((row): readonly ForeignRow[] => {
    const at = row.key.indexOf(AT);
    if (row.checksum !== null || at === -1) return [row];
    const space = row.key.slice(0, at);
    const hash = bare(row.key.slice(at + 1));
    const inSpace = migrations.filter((one) => identityOf(one).package.space === space);
    const last = inSpace.findIndex((one) => bare(identityOf(one).package.to) === hash);
    // Nobody knows what such a contract holds: it stays, and is named as what no file explains.
    if (last === -1) return [row];
    const recorded = new Set(rows.map(({ key }) => key));
    return inSpace
      .slice(0, last + 1)
      .filter(({ theirs }) => !recorded.has(theirs!.key))
      .map(({ theirs }) => rowOf(theirs!.key, row.appliedAt!, null));
  });
}

/**
 * The key has the first schema of the contract in it, which a database without a contract does not
 * tell: those that are known, `public`, and what stands for none.
 */
async function locksOf(db: HistoryDatabase): Promise<readonly ForeignLock[]> {
  const column = async (sql: string, table: string): Promise<string[]> =>
    (await exists(db, table)) ? (await db.query(sql)).map(({ name }) => name!) : [];
  const spaces = await column(`select space as name from ${MARKER}`, "marker");
  const schemas = await column(
    `select distinct pg_catalog.jsonb_object_keys(contract_json -> 'storage' -> 'namespaces') as name
     from ${CONTRACT} where pg_catalog.jsonb_typeof(contract_json -> 'storage' -> 'namespaces') = 'object'`,
    "contract",
  );
  const rows = await db.query(
    `select distinct pg_catalog.hashtext(pg_catalog.concat_ws(':', d.name, n.name, s.name))::pg_catalog.int8::pg_catalog.text as key
     from pg_catalog.unnest($1::pg_catalog.text[]) as d (name),
       pg_catalog.unnest($2::pg_catalog.text[]) as n (name),
       pg_catalog.unnest($3::pg_catalog.text[]) as s (name)
     order by 1`,
    [
      textArray(LOCK_DOMAINS),
      textArray([...new Set(["public", "__unbound__", ...schemas])]),
      textArray([...new Set(["app", ...spaces])]),
    ],
  );
  return rows.map(({ key }) => ({ kind: "advisory", key: BigInt(key!) }));
}

async function exists(db: HistoryDatabase, table: string): Promise<boolean> {
  const [row] = await db.query(
    "select (pg_catalog.to_regclass($1) is not null)::pg_catalog.text as there",
    [qualified(SCHEMA, table)],
  );
  return row!["there"] === "true";
}
