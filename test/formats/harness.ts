/**
 * What every format of another tool must pass, on a real server: it is recognised and read in its
 * order, runs from scratch, and its history is written and read back as the tool has it.
 *
 * A test of a format is `test/formats/<id>.test.ts`; its fixture is a folder beside it.
 */
import { join } from "node:path";
import pg from "pg";
import { describe, expect, test } from "vitest";
import type { Format } from "../../src/formats/format.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource, type SourceOptions } from "../../src/formats/read-source.ts";
import { fingerprintQuery } from "../../src/history/fingerprint.ts";
import type { Migration, MigrationSet } from "../../src/migrations/migration.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { qualified } from "../../src/postgres/identifiers.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { verify } from "../../src/runner/verify.ts";
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
        const first = migrations.slice(0, spec.half);
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
  });
}

export async function expectResults({ results }: FormatSpec, db: TestDatabase): Promise<void> {
  expect(Object.keys(results).length).toBeGreaterThan(0);
  for (const [sql, rows] of Object.entries(results)) {
    expect([sql, await db.admin.query(sql)]).toEqual([sql, rows]);
  }
}

export function read(spec: FormatSpec, dir: string, format?: string): Promise<MigrationSet> {
  const options: SourceOptions = {
    cwd: dir,
    env: spec.env ?? {},
    ...(format !== undefined && { format }),
    ...(spec.placeholders && { placeholders: spec.placeholders }),
  };
  return readSource([dir], options);
}

export async function runnerOptions(
  spec: FormatSpec,
  db: TestDatabase,
  dir: string,
): Promise<RunnerOptions> {
  return {
    target: await resolveTarget({ url: db.url, env: {} }),
    source: () => read(spec, dir, spec.format),
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

/** Two databases with the same one have the same schema; the other tool's own table left out. */
export async function schemaOf(db: TestDatabase, { history }: Format): Promise<string> {
  for (const { schema, name } of (await history?.find(asReader(db))) ?? []) {
    await db.admin.query(`drop table ${qualified(schema, name)} cascade`);
  }
  const [row] = await db.admin.query<{ fingerprint: string }>(fingerprintQuery(historySchema, ""));
  return row!.fingerprint;
}
