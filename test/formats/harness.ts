/**
 * What every format of another tool must pass, on a real server: it is recognised and read in its
 * order, runs from scratch, and its history is written and read back as the tool has it.
 *
 * A test of a format is `test/formats/<id>.test.ts`; its fixture is a folder beside it.
 */
import { join } from "node:path";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failures/failure.ts";
import type { Format } from "../../src/formats/format.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource, targetDatabase, type SourceOptions } from "../../src/formats/read-source.ts";
import type { Migration, MigrationSet } from "../../src/migrations/migration.ts";
import type { ConnectTarget } from "../../src/postgres/connect.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { qualified, quoteIdent } from "../../src/postgres/identifiers.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { verify } from "../../src/runner/verify.ts";
import { adopt, type AdoptOptions, type AdoptResult } from "../../src/takeover/adopt.ts";
import type { AdoptState } from "../../src/takeover/match.ts";
import { fingerprint } from "../chaos/support.ts";
import { runCli, type CliResult } from "../support/cli.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";

export interface FormatSpec {
  /** As in `--format`. */
  readonly format: string;
  /** The fixture's migrations, relative to test/formats/: `dbmate/migrations`. */
  readonly dir: string;
  /** The ids in the order in which they run; repeatables last. */
  readonly ids: readonly string[];
  /** How many of them the other tool has applied when it is taken over. */
  readonly half: number;
  readonly placeholders?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** False: only `--format` tells this folder from another tool's. */
  readonly detected?: boolean;
  /** What the tool has besides its history, as `drop table` names it. */
  readonly besides?: readonly string[];
  /** Before anything runs: roles and schemas that the fixture expects. */
  prepare?(db: TestDatabase): Promise<void>;
  /** What shows that the files did what they say: queries, and their rows at the end. */
  readonly results: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /**
   * The real tool applies the first `half` migrations; where npm does not have it, they are run here
   * and the rows are written as the tool writes them.
   */
  applyHalf?(db: TestDatabase, dir: string): Promise<void>;
}

export function formatSuite(spec: FormatSpec): void {
  const format = formatNamed(spec.format);
  const dir = join(import.meta.dirname, spec.dir);

  describe(spec.format, () => {
    test("the folder is recognised, and read in the tool's order", async () => {
      const set = await read(spec, dir, spec.detected === false ? spec.format : undefined);
      expect(set.format).toBe(spec.format);
      expect(set.migrations.map(({ id }) => id)).toEqual(spec.ids);
      expect(new Set(spec.ids).size).toBe(spec.ids.length);
      expect(spec.ids.length).toBeGreaterThanOrEqual(8);
    });

    test("the folder runs from scratch, once", async () => {
      await using db = await freshDatabase();
      await spec.prepare?.(db);
      const options = await runnerOptions(spec, db, dir);
      expect((await up(options)).applied).toEqual(spec.ids);
      await expectResults(spec, db);
      expect((await up(options)).outcome).toBe("nothing-to-do");
      expect((await verify(options)).problems).toEqual([]);
      await expectNoLeftovers(db);
    });

    test.runIf(format.history)(
      "the history is written as the tool writes it, and read back",
      async () => {
        const history = format.history!;
        await using db = await freshDatabase();
        const { migrations } = await read(spec, dir, spec.format);
        const first = migrations.filter(isVersioned).slice(0, spec.half);
        await writeTheirs(db, format, first);
        const [table, ...others] = await history.find(asReader(db));
        expect(others).toEqual([]);
        const rows = await history.read(asReader(db), table!);
        const all = history.expand?.(rows, migrations) ?? rows;
        expect(all.map(({ key, state }) => [key, state])).toEqual(
          first.map(({ theirs }) => [theirs!.key, "applied"]),
        );
        for (const [index, { checksum }] of all.entries()) {
          if (checksum === null) continue;
          expect(first[index]!.theirs!.checksums?.()).toContain(checksum);
        }
        expect(history.inspect?.(rows, migrations) ?? []).toEqual([]);
        await expectNoLeftovers(db);
      },
    );

    test.runIf(format.history)(
      "half is applied by the tool, the history is adopted, the rest is applied here",
      async () => {
        await using scratch = await freshDatabase();
        await spec.prepare?.(scratch);
        await up(await runnerOptions(spec, scratch, dir));
        await using db = await freshDatabase();
        await spec.prepare?.(db);
        const { migrations } = await read(spec, dir, spec.format);
        const first = versionedIds(migrations).slice(0, spec.half);
        await applyHalf(spec, db, dir, format);

        const options = await adoptOptions(spec, db, dir);
        const looked = await adopt({ ...options, dryRun: true }, REASON);
        expect(idsOf(looked, "applied")).toEqual(first);
        expect(await db.admin.query("select to_regclass('lockstep.migrations') as t")).toEqual([
          { t: null },
        ]);
        const adopted = await adopt(options, REASON);
        expect([adopted.adopted, adopted.known, adopted.format]).toEqual([
          first.length,
          0,
          spec.format,
        ]);
        await expectTakenOver(spec, { db, scratch, dir, format, first });
        // Once more: nothing is new, and what was applied here since is left alone.
        expect((await adopt(options, REASON).catch(noTable)).adopted).toBe(0);
      },
    );

    test.runIf(format.history)("a kill in the middle of `adopt` costs nothing", async () => {
      const kills = ["adopt-locked", "adopt-sent", "after-adopt"];
      const { migrations } = await read(spec, dir, spec.format);
      const first = versionedIds(migrations).slice(0, spec.half);
      await using db = await freshDatabase();
      await writeTheirs(db, format, migrations.filter(isVersioned).slice(0, spec.half));
      for (const point of kills) {
        const killed = await adoptByCommand(spec, db, dir, { LOCKSTEP_TEST_KILL_AT: point });
        expect([point, killed.signal]).toEqual([point, "SIGKILL"]);
        // All rows or none, never some.
        const [row] = await db.admin.query<{ n: string }>(
          "select pg_catalog.count(*) as n from lockstep.migrations",
        );
        expect([0, first.length]).toContain(Number(row!.n));
      }
      const last = await adoptByCommand(spec, db, dir);
      expect([last.code, last.stderr]).toEqual([0, ""]);
      expect(await adoptedVersions(db)).toHaveLength(first.length);
      await expectNoLeftovers(db);
    });
  });
}

const REASON = { by: "somebody", why: "a test" };

const isVersioned = ({ kind }: Migration): boolean => kind === "versioned";

function versionedIds(migrations: readonly Migration[]): string[] {
  return migrations.filter(isVersioned).map(({ id }) => id);
}

function idsOf({ entries }: AdoptResult, state: AdoptState): string[] {
  return entries.filter((entry) => entry.state === state).map(({ id }) => id);
}

/** The comparison of schemas has dropped it. */
function noTable(error: unknown): { adopted: number } {
  if (error instanceof Failure && error.class === "adopt.none") return { adopted: 0 };
  throw error;
}

function adoptedVersions(db: TestDatabase): Promise<unknown[]> {
  return db.admin.query("select version from lockstep.migrations where origin <> 'native'");
}

export async function adoptOptions(
  spec: FormatSpec,
  db: TestDatabase,
  dir: string,
): Promise<AdoptOptions> {
  return {
    ...(await runnerOptions(spec, db, dir)),
    readAs: (format) => read(spec, dir, format),
    from: spec.format,
  };
}

function adoptByCommand(
  spec: FormatSpec,
  db: TestDatabase,
  dir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const placeholders = Object.entries(spec.placeholders ?? {}).map(
    ([name, value]) => [`LOCKSTEP_PLACEHOLDER_${name}`, value] as const,
  );
  return runCli(["adopt", "--from", spec.format, "--format", spec.format, "--dir", dir], {
    cwd: dir,
    url: db.url,
    env: { ...spec.env, ...Object.fromEntries(placeholders), ...env },
  });
}

/** The first files run, and the rows are written as the tool writes them. */
async function applyHalf(
  spec: FormatSpec,
  db: TestDatabase,
  dir: string,
  format: Format,
): Promise<void> {
  if (spec.applyHalf) return spec.applyHalf(db, dir);
  const options = await runnerOptions(spec, db, dir);
  const elsewhere = { ...options.settings, historySchema: "before the takeover" };
  await up({ ...options, settings: elsewhere }, { count: spec.half });
  await db.admin.query('drop schema "before the takeover" cascade');
  const { migrations } = await read(spec, dir, spec.format);
  await writeTheirs(db, format, migrations.filter(isVersioned).slice(0, spec.half));
}

interface TakenOver {
  readonly db: TestDatabase;
  readonly scratch: TestDatabase;
  readonly dir: string;
  readonly format: Format;
  readonly first: readonly string[];
}

/** The rest runs, nothing runs twice, and the schema is that of a run from scratch. */
async function expectTakenOver(
  spec: FormatSpec,
  { db, scratch, dir, format, first }: TakenOver,
): Promise<void> {
  const options = await runnerOptions(spec, db, dir);
  expect((await verify(options)).problems).toEqual([]);
  const result = await up(options);
  expect(result.applied).toEqual(spec.ids.filter((id) => !first.includes(id)));
  expect((await verify(options)).problems).toEqual([]);
  await expectResults(spec, db);
  for (const table of spec.besides ?? []) await db.admin.query(`drop table ${table}`);
  expect(await schemaOf(db, format)).toBe(await schemaOf(scratch, format));
  await expectNoLeftovers(db);
}

export async function expectResults({ results }: FormatSpec, db: TestDatabase): Promise<void> {
  expect(Object.keys(results).length).toBeGreaterThan(0);
  for (const [sql, rows] of Object.entries(results)) {
    expect([sql, await db.admin.query(sql)]).toEqual([sql, rows]);
  }
}

export function read(
  spec: FormatSpec,
  dir: string,
  format?: string,
  target?: ConnectTarget,
): Promise<MigrationSet> {
  const database = target && targetDatabase(target);
  const options: SourceOptions = {
    cwd: dir,
    env: spec.env ?? {},
    ...(format !== undefined && { format }),
    ...(spec.placeholders && { placeholders: spec.placeholders }),
    ...(database && { database }),
  };
  return readSource([dir], options);
}

export async function runnerOptions(
  spec: FormatSpec,
  db: TestDatabase,
  dir: string,
): Promise<RunnerOptions> {
  const target = await resolveTarget({ url: db.url, env: {} });
  return {
    target,
    source: () => read(spec, dir, spec.format, target),
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0, historySchema },
  };
}

/** The other tool's table, and the rows of these migrations. */
export async function writeTheirs(
  db: TestDatabase,
  { history }: Format,
  migrations: readonly Migration[],
): Promise<void> {
  const table = history!.defaultTable;
  for (const sql of history!.create(table)) await db.admin.query(sql);
  for (const migration of migrations) {
    const facts = { appliedAt: "2026-01-02T03:04:05.678901Z", durationMs: 12, by: "somebody" };
    for (const { text, values = [] } of history!.record(table, migration, facts)) {
      await db.admin.query(text, values);
    }
  }
}

/** Columns as text, as a session of the runner gives them. */
export function asReader(db: TestDatabase): {
  query(
    text: string,
    values?: readonly (string | null)[],
  ): Promise<Record<string, string | null>[]>;
} {
  return {
    async query(text, values = []) {
      const client = new pg.Client({
        connectionString: db.url,
        application_name: "test reader",
        types: { getTypeParser: () => (value: unknown) => value },
      });
      await client.connect();
      try {
        return (await client.query(text, [...values])).rows as Record<string, string | null>[];
      } finally {
        await client.end();
      }
    },
  };
}

/** Two databases with the same one have the same schema; the other tool's own tables left out. */
export async function schemaOf(db: TestDatabase, { history }: Format): Promise<string> {
  const own = history?.defaultTable.schema;
  // Some tools have a schema to themselves, and more than one table in it.
  if (own !== undefined && own !== "public") {
    await db.admin.query(`drop schema if exists ${quoteIdent(own)} cascade`);
  }
  for (const { schema, name } of (await history?.find(asReader(db))) ?? []) {
    // Knex has its lock in a table beside it.
    const lock = qualified(schema, `${name}_lock`);
    await db.admin.query(`drop table if exists ${lock}, ${qualified(schema, name)} cascade`);
  }
  return fingerprint(db.admin);
}
