/**
 * The rules of TypeScript and JavaScript migrations on a real server: typed values both ways, one
 * transaction or committed batches, and nothing stays of a module that breaks a rule.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Failure } from "../src/failures/failure.ts";
import { readMigrations } from "../src/migrations/discover.ts";
import { migrationsFromData } from "../src/migrations/from-data.ts";
import { nativeSet, type Migration, type MigrationModule } from "../src/migrations/migration.ts";
import { resolveTarget } from "../src/postgres/conninfo.ts";
import { down } from "../src/runner/down.ts";
import type { RunEvent } from "../src/runner/events.ts";
import { DEFAULT_SETTINGS, type RunnerSettings } from "../src/runner/options.ts";
import type { RunResult } from "../src/runner/results.ts";
import { up } from "../src/runner/up.ts";
import { runCli } from "./support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "./support/database.ts";
import { historyIdent, homeSchema } from "./support/elsewhere.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "./support/pgbouncer.ts";
import { sharedServer } from "./support/postgres.ts";
import { project, type Project } from "./support/project.ts";
import { waitUntil } from "./support/wait-until.ts";

interface RunSetup {
  readonly direction?: typeof up | typeof down;
  readonly settings?: Partial<RunnerSettings>;
  readonly url?: string;
}

interface Run {
  readonly result?: RunResult;
  readonly failure?: Failure;
  readonly events: readonly RunEvent[];
}

let db: TestDatabase;

beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.drop());

async function run(migrations: readonly Migration[], setup: RunSetup = {}): Promise<Run> {
  const events: RunEvent[] = [];
  const target = await resolveTarget({ url: setup.url ?? db.url, env: {} });
  const options = {
    target,
    source: async () => nativeSet(migrations),
    settings: { ...DEFAULT_SETTINGS, ...setup.settings },
    onEvent: (event: RunEvent) => void events.push(event),
  };
  try {
    return { result: await (setup.direction ?? up)(options, {}), events };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: error, events };
  }
}

const FIRST = {
  name: "1_first.sql",
  sql: "create table t (id int primary key, n int not null default 0, what text)",
};

function withModule(module: MigrationModule): Migration[] {
  return migrationsFromData([FIRST, { name: "2_module.ts", module }]);
}

/** A fresh database with `t`, and the module applied to it. */
async function runModule(module: MigrationModule, setup: RunSetup = {}): Promise<Run> {
  await emptyDatabase();
  return run(withModule(module), setup);
}

/** The same from a file on disk, for what depends on it. */
async function runText(
  text: string,
  extension = "ts",
  more: Record<string, string> = {},
): Promise<Run & { project: Project }> {
  await emptyDatabase();
  const files = {
    [`migrations/1_first.sql`]: FIRST.sql,
    [`migrations/2_module.${extension}`]: text,
    ...more,
  };
  const made = await project({ files });
  return { ...(await run(await readMigrations(["migrations"], { cwd: made.dir }))), project: made };
}

async function emptyDatabase(): Promise<void> {
  await db.admin.query(`drop schema if exists ${historyIdent} cascade`);
  await db.admin.query(`drop schema ${homeSchema} cascade`);
  await db.admin.query(`create schema ${homeSchema}`);
}

const count = async (): Promise<number> =>
  (await db.admin.query<{ n: number }>("select pg_catalog.count(*)::int as n from t"))[0]!.n;

async function versions(): Promise<string[]> {
  const rows = await db.admin.query<{ version: string }>(
    "select version::text from lockstep.migrations order by seq",
  );
  return rows.map(({ version }) => version);
}

/** The module failed with this class, and neither rows nor history of it are there. */
async function expectNothingStays({ failure }: Run, id: string): Promise<void> {
  expect(failure?.class).toBe(id);
  expect(await count()).toBe(0);
  expect(await versions()).toEqual(["1"]);
  await expectNoLeftovers(db);
}

describe("the values of a module", () => {
  it("go to the server and come back with their types", async () => {
    const day = new Date("2024-02-29T12:34:56.789Z");
    const bytes = Buffer.from([0, 1, 0x5c, 255]);
    let seen: Record<string, unknown> = {};
    const { failure } = await runModule({
      async up(db) {
        const [row] = await db.sql`select
          ${42}::int as whole, ${1.5}::float8 as fraction, ${true}::boolean as yes, ${null}::int as nothing,
          ${"it's $1 \\ é 🐘"}::text as words, ${day}::timestamptz as moment, ${bytes}::bytea as bytes,
          ${[1, 2, 3]}::int[] as list, ${["a", "b,c", 'd"e', null]}::text[] as texts,
          ${{ a: [1, { b: null }] }}::jsonb as object, ${9007199254740993n}::int8 as big`;
        seen = row!;
      },
    });
    expect(failure).toBeUndefined();
    expect(seen).toEqual({
      whole: 42,
      fraction: 1.5,
      yes: true,
      nothing: null,
      words: "it's $1 \\ é 🐘",
      moment: day,
      bytes,
      list: [1, 2, 3],
      texts: ["a", "b,c", 'd"e', null],
      object: { a: [1, { b: null }] },
      big: "9007199254740993",
    });
  });

  it("are parameters, never part of the text", async () => {
    const evil = "x'); drop table t; --";
    await runModule({
      async up(db) {
        await db.sql`insert into t (id, what) values (${1}, ${evil})`;
        await db.query("insert into t (id, what) values ($1, $2)", [2, evil]);
      },
    });
    expect(await db.admin.query("select id, what from t order by id")).toEqual([
      { id: 1, what: evil },
      { id: 2, what: evil },
    ]);
  });
});

describe("a module in one transaction", () => {
  it("may use savepoints, and words that only look like transaction control", async () => {
    const { failure } = await runModule({
      async up(db) {
        await db.sql`savepoint here`;
        await db.sql`insert into t (id) values (1)`;
        await db.sql`rollback to savepoint here`;
        await db.sql`release savepoint here`;
        await db.sql`insert into t (id, what) values (2, 'begin; commit; rollback')`;
        await db.query("do $$ begin perform 1; end $$");
        await db.sql`select case when true then 1 end as begin`;
      },
    });
    expect(failure).toBeUndefined();
    expect(await db.admin.query("select id from t")).toEqual([{ id: 2 }]);
    expect(await versions()).toEqual(["1", "2"]);
  });

  it("may catch an error behind a savepoint", async () => {
    const { failure } = await runModule({
      async up(db) {
        await db.sql`savepoint here`;
        await db.sql`select 1 / ${0}::int`.catch(() => undefined);
        await db.sql`rollback to here`;
        await db.sql`insert into t (id) values (1)`;
      },
    });
    expect(failure).toBeUndefined();
    expect(await count()).toBe(1);
  });

  it("is not applied when it swallows an error of the server", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        await db.sql`select 1 / ${0}::int`.catch(() => undefined);
      },
    });
    await expectNothingStays(outcome, "tx.aborted");
  });

  it.each([
    ["begin"],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE"],
    ["start transaction"],
    ["commit"],
    ["/* a comment */ COMMIT"],
    ["end"],
    ["rollback"],
    ["abort"],
    ["commit and chain"],
    ["rollback and chain"],
    ["commit; begin"],
    ["insert into t (id) values (7); commit; begin; insert into t (id) values (8)"],
    ["prepare transaction 'x'"],
  ])("that sends `%s` by hand fails as module.transaction and nothing stays", async (text) => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        await db.query(text);
        await db.sql`insert into t (id) values (2)`;
      },
    });
    await expectNothingStays(outcome, "module.transaction");
    expect(await db.admin.query("select from pg_catalog.pg_prepared_xacts")).toEqual([]);
  });

  it("that catches the refusal of its COMMIT fails all the same", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        await db.query("commit").catch(() => undefined);
      },
    });
    await expectNothingStays(outcome, "module.transaction");
  });

  it("that forgets an await fails as module.not_awaited and nothing stays", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        void db.sql`insert into t (id) values (2)`;
      },
    });
    await expectNothingStays(outcome, "module.not_awaited");
  });

  it("that does not await a function with several queries fails so too, without an unhandled rejection", async () => {
    const outcome = await runModule({
      up(db) {
        void (async () => {
          await db.sql`insert into t (id) values (1)`;
          await db.sql`insert into t (id) values (2)`;
        })();
      },
    });
    await expectNothingStays(outcome, "module.not_awaited");
  });

  it("cannot send a query after it returned", async () => {
    let late: Promise<unknown> | undefined;
    const { failure } = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        late = new Promise((resolve) => setTimeout(resolve, 30)).then(
          () => db.sql`insert into t (id) values (2)`,
        );
        late.catch(() => undefined);
      },
    });
    expect(failure).toBeUndefined();
    await expect(late).rejects.toMatchObject({ class: "module.not_awaited" });
    expect(await count()).toBe(1);
  });

  it("cannot use db.batch", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        await db.batch(0, async () => null);
      },
    });
    await expectNothingStays(outcome, "module.transaction");
    expect(outcome.failure?.action).toContain("transaction = false");
  });

  it("that fails in the server is rolled back with the server's words", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        await db.sql`insert into t (id) values (1)`;
      },
    });
    await expectNothingStays(outcome, "data.unique");
    expect(outcome.failure?.server?.sqlstate).toBe("23505");
  });
});

describe("an exception of the author's own", () => {
  const text = (statement: string): string => `export async function up(db) {
  await db.sql\`insert into t (id) values (1)\`;
  ${statement}
}
`;

  it.each(["ts", "js"])(
    "in a .%s file is shown word for word, with its place, and exits 79",
    async (extension) => {
      const outcome = await runText(
        text('throw new Error("three orders have no owner");'),
        extension,
      );
      await expectNothingStays(outcome, "guard.raise");
      expect(outcome.failure?.exitCode).toBe(79);
      expect(outcome.failure?.what).toContain("three orders have no owner");
      expect(outcome.failure?.location).toMatchObject({
        file: `migrations/2_module.${extension}`,
        line: 3,
      });
    },
  );

  it.each([
    ["a mistake in the code", "undefined.x;"],
    ["something that is no Error", 'throw "three orders have no owner";'],
    ["nothing", "throw undefined;"],
    [
      "the error of a service",
      'throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });',
    ],
    ["a lost connection of its own", 'throw new Error("Connection terminated unexpectedly");'],
  ])("that is %s is neither a bug in Lockstep nor tried again", async (_name, statement) => {
    const outcome = await runText(text(statement));
    await expectNothingStays(outcome, "guard.raise");
    expect(outcome.failure?.exitCode).toBe(79);
    expect(outcome.events.filter(({ event }) => event === "waiting-for-connection")).toEqual([]);
  });

  it("keeps the class of the server's error inside it", async () => {
    const outcome = await runModule({
      async up(db) {
        await db.sql`insert into t (id) values (1)`;
        try {
          await db.sql`insert into t (id) values (1)`;
        } catch (cause) {
          throw new Error("while copying", { cause });
        }
      },
    });
    await expectNothingStays(outcome, "data.unique");
  });
});

describe("a module with batches", () => {
  const rows = (n: number): string =>
    `insert into t (id) select pg_catalog.generate_series(1, ${n})`;
  const counting = (failAt?: number): MigrationModule => ({
    transaction: false,
    async up(db) {
      await db.batch(0, async (last, tx) => {
        await tx.sql`update t set n = n + 1 where id > ${last} and id <= ${last + 10}`;
        if (last === failAt) throw new Error("stop here");
        return last + 10 < 50 ? last + 10 : null;
      });
    },
  });
  const folder = (module: MigrationModule): Migration[] =>
    migrationsFromData([
      FIRST,
      { name: "2_rows.sql", sql: rows(50) },
      { name: "3_loop.ts", module },
    ]);

  it("goes on from the last cursor after an error, and nothing is done twice", async () => {
    await emptyDatabase();
    const first = await run(folder(counting(30)));
    expect(first.failure?.class).toBe("guard.raise");
    // Committed rounds stay, and the journal knows them.
    expect(first.failure?.exitCode).toBe(80);
    expect(
      await db.admin.query("select n, pg_catalog.count(*)::int as c from t group by n order by n"),
    ).toEqual([
      { n: 0, c: 20 },
      { n: 1, c: 30 },
    ]);
    expect(await versions()).toEqual(["1", "2"]);
    const second = await run(folder(counting()));
    expect(second.failure).toBeUndefined();
    expect(second.events.some(({ event }) => event === "recovering")).toBe(true);
    expect(await db.admin.query("select distinct n from t")).toEqual([{ n: 1 }]);
    expect(await versions()).toEqual(["1", "2", "3"]);
    expect(await db.admin.query("select * from lockstep.journal")).toEqual([]);
  });

  it("runs two loops in order, and does not repeat the first after an error in the second", async () => {
    await emptyDatabase();
    let fail = true;
    const module: MigrationModule = {
      transaction: false,
      async up(db) {
        await db.batch(0, async (_, tx) => {
          await tx.sql`update t set n = n + 1`;
          return null;
        });
        await db.batch("a", async (at, tx) => {
          await tx.sql`update t set n = n + 10, what = ${at}`;
          if (fail) throw new Error("not yet");
          return null;
        });
      },
    };
    expect((await run(folder(module))).failure?.class).toBe("guard.raise");
    fail = false;
    expect((await run(folder(module))).failure).toBeUndefined();
    expect(await db.admin.query("select distinct n, what from t")).toEqual([{ n: 11, what: "a" }]);
  });

  it.each<[string, MigrationModule["up"]]>([
    ["a write", async (db) => void (await db.sql`insert into t (id) values (1)`)],
    ["DDL", async (db) => void (await db.query("create table u (id int)"))],
    [
      "a transaction by hand",
      async (db) =>
        void (await db.query("begin read write; insert into t (id) values (1); commit")),
    ],
    [
      "a write through the outer `db` inside a batch",
      (db) =>
        db.batch(0, async () => {
          await db.sql`insert into t (id) values (1)`;
          return null;
        }),
    ],
    [
      "a COMMIT inside a batch",
      (db) =>
        db.batch(0, async (_, tx) => {
          await tx.sql`insert into t (id) values (1)`;
          await tx.query("commit");
          return null;
        }),
    ],
  ])("refuses %s outside of its rounds, with advice", async (_name, upFunction) => {
    const outcome = await runModule({ transaction: false, up: upFunction });
    await expectNothingStays(outcome, "module.transaction");
    expect(outcome.failure?.action).toContain("db.batch");
  });

  it("may read outside of its rounds", async () => {
    let seen: unknown;
    const { failure } = await runModule({
      transaction: false,
      async up(db) {
        [seen] = await db.sql`select pg_catalog.count(*)::int as n from t`;
      },
    });
    expect(failure).toBeUndefined();
    expect(seen).toEqual({ n: 0 });
    expect(await versions()).toEqual(["1", "2"]);
  });

  it("that does not await db.batch fails as module.not_awaited and is not recorded", async () => {
    const outcome = await runModule({
      transaction: false,
      up(db) {
        void db.batch(0, async (last, tx) => {
          await tx.sql`insert into t (id) values (${last + 1})`;
          return last + 1 < 3 ? last + 1 : null;
        });
      },
    });
    expect(outcome.failure?.class).toBe("module.not_awaited");
    expect(await versions()).toEqual(["1"]);
    await expectNoLeftovers(db);
  });

  it("that forgets an await inside a round fails, and the round is rolled back", async () => {
    const outcome = await runModule({
      transaction: false,
      up: (db) =>
        db.batch(0, async (_, tx) => {
          void tx.sql`insert into t (id) values (1)`;
          return null;
        }),
    });
    await expectNothingStays(outcome, "module.not_awaited");
  });

  it("whose round returns undefined is told to return a cursor or null", async () => {
    const outcome = await runModule({
      transaction: false,
      up: (db) => db.batch(0, (async () => undefined) as unknown as () => Promise<null>),
    });
    await expectNothingStays(outcome, "module.invalid");
  });

  it("gives its successors a session that can write", async () => {
    await emptyDatabase();
    const migrations = migrationsFromData([
      FIRST,
      {
        name: "2_loop.ts",
        module: { transaction: false, up: (db) => db.batch(0, async () => null) },
      },
      { name: "3_after.sql", sql: "insert into t (id) values (1)" },
      { name: "4_cic.sql", sql: "create index concurrently t_n on t (n)" },
    ]);
    expect((await run(migrations)).failure).toBeUndefined();
    expect(await count()).toBe(1);
  });
});

describe("the function of a module", () => {
  it("runs again as a whole when its lock was not free within the cap", async () => {
    await emptyDatabase();
    await db.admin.query(FIRST.sql);
    await db.admin.query("create table u (id int)");
    const holder = await connect(db.url, "test holder");
    await holder.query("begin; lock table t in access share mode");
    let calls = 0;
    const migrations = migrationsFromData([
      {
        name: "1_module.ts",
        module: {
          async up(db) {
            calls += 1;
            await db.sql`insert into u (id) values (1)`;
            await db.query("alter table t add column extra int");
          },
        },
      },
    ]);
    const running = run(migrations, { settings: { capMs: 50 } });
    await waitUntil(() => calls >= 2, { what: "a second attempt", deadlineMs: 20_000 });
    await holder.query("commit");
    const { result, events } = await running;
    await holder.end();
    expect(result?.applied).toEqual(["1_module"]);
    expect(calls).toBeGreaterThanOrEqual(2);
    expect(events.some(({ event }) => event === "retrying")).toBe(true);
    // What the attempts before it wrote was rolled back.
    expect(await db.admin.query("select id from u")).toEqual([{ id: 1 }]);
  });

  it("`down` takes it back, and the history forgets it", async () => {
    const module: MigrationModule = {
      up: async (db) => void (await db.sql`insert into t (id) values (1)`),
      down: async (db) => void (await db.sql`delete from t where id = ${1}`),
    };
    expect((await runModule(module)).failure).toBeUndefined();
    const { result } = await run(withModule(module), { direction: down });
    expect(result?.applied).toEqual(["2_module"]);
    expect(await count()).toBe(0);
    expect(await versions()).toEqual(["1"]);
  });

  it("`down` is refused before anything is touched when there is none", async () => {
    const module: MigrationModule = { up: async () => undefined };
    await runModule(module);
    const { failure } = await run(withModule(module), { direction: down });
    expect(failure?.class).toBe("file.no_down");
    expect(await versions()).toEqual(["1", "2"]);
  });
});

describe("the checksum of a module", () => {
  it("covers its relative imports", async () => {
    const { failure, project: made } = await runText(
      'import { START } from "./lib/start.ts";\nexport const up = (db) => db.sql`insert into t (id) values (${START})`;',
      "ts",
      { "migrations/lib/start.ts": "export const START: number = 5;" },
    );
    expect(failure).toBeUndefined();
    const again = async (): Promise<Run> =>
      run(await readMigrations(["migrations"], { cwd: made.dir }));
    expect((await again()).result?.outcome).toBe("nothing-to-do");
    await made.write("migrations/lib/start.ts", "export const START: number = 6;");
    expect((await again()).failure?.class).toBe("history.checksum");
  });
});

describe.skipIf(skipWithoutPgBouncer())("modules through a transaction pooler", () => {
  it("are applied once by two runners at the same time", async () => {
    await emptyDatabase();
    const bouncer = await startPgBouncer({
      host: sharedServer().host,
      port: sharedServer().port,
      database: db.name,
      poolMode: "transaction",
      poolSize: 3,
    });
    try {
      const migrations = (): Migration[] =>
        migrationsFromData([
          FIRST,
          ...[2, 3, 4, 5].map((n) => ({
            name: `${n}_module.ts`,
            module: {
              up: async (db: Parameters<MigrationModule["up"]>[0]) => {
                await db.sql`insert into t (id) values (${n})`;
                await db.sql`select pg_catalog.pg_sleep(0.05)`;
              },
            },
          })),
        ]);
      const url = bouncer.url(db.name);
      const runs = await Promise.all([1, 2, 3].map(() => run(migrations(), { url })));
      expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
      expect(await count()).toBe(4);
      expect(await versions()).toEqual(["1", "2", "3", "4", "5"]);
    } finally {
      await bouncer.stop();
    }
  });
});

describe("the command", () => {
  it("exits 79 for an exception in a module and shows where it was thrown", async () => {
    await emptyDatabase();
    const { dir } = await project({
      files: {
        "migrations/1_guard.ts":
          "export async function up(): Promise<void> {\n  const orders = [1, 2, 3];\n  throw new TypeError(`${orders.length} orders have no owner`);\n}\n",
      },
    });
    const { code, stderr } = await runCli(["up"], { cwd: dir, url: db.url });
    expect(code).toBe(79);
    expect(stderr).toContain("3 orders have no owner");
    expect(stderr).toContain("migrations/1_guard.ts:3");
    expect(stderr).not.toMatch(/bug/i);
  });
});
