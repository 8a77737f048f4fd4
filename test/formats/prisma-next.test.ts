/** Prisma 8: operations with checks in JSON, in the order of the contracts they lead to. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prismaNext } from "../../src/formats/prisma-next.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { up } from "../../src/runner/up.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import {
  asReader,
  formatSuite,
  read,
  runnerOptions,
  writeTheirs,
  type FormatSpec,
} from "./harness.ts";

const SPEC: FormatSpec = {
  format: "prisma-next",
  dir: "prisma-next/migrations",
  half: 5,
  ids: [
    "audit/20260501T0000_install",
    "20260601T0900_init",
    "20260602T0900_customers",
    "20260603T0900_country",
    "20260601T0800_email_key",
    "20260604T1000_again",
    "20260605T1000_totals",
    "20260606T1000_values",
    "20260607T1000_nothing",
    "20260608T1000_status",
  ],
  results: {
    'select "displayName", country from customer order by id': [
      { displayName: 'Zoë O\'Neil; "\\first"', country: "日本" },
      { displayName: null, country: "日本" },
    ],
    'select total, note, status::text from "order"': [{ total: 1250, note: null, status: "new" }],
    [`select "customerTotal"(1)::text as customer, "orderTotal"(2)::text as other`]: [
      { customer: "1250", other: "0" },
    ],
    "select * from setting": [
      {
        key: 'it\'s "here"',
        tags: ["a", 'b "c"', null, "d\\e,f", "{x}"],
        size: "1.5",
        on: true,
        more: { nested: { é: [1, null] }, quote: "'" },
      },
    ],
  },
};

formatSuite(SPEC);

const FIXTURE = join(import.meta.dirname, SPEC.dir);

interface Made {
  readonly from: string | null;
  readonly to: string;
  readonly ops?: readonly unknown[];
}

/** The two files of a migration, with their hash. */
function made(path: string, { from, to, ops = [] }: Made): Record<string, string> {
  const manifest = { createdAt: "2026-06-01T00:00:00.000Z", from, providedInvariants: [], to };
  // The keys of both are sorted as they stand.
  const parts = [manifest, ops].map((part) => sha256(JSON.stringify(part)));
  const migrationHash = sha256(JSON.stringify(parts));
  return {
    [`${path}/migration.json`]: JSON.stringify({ ...manifest, migrationHash }),
    [`${path}/ops.json`]: JSON.stringify(ops, null, 2),
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

type Steps = readonly Readonly<Record<string, unknown>>[];

/** With sorted keys. */
function operation(execute: Steps, precheck: Steps = [], postcheck: Steps = []): object {
  return {
    execute,
    id: "raw.one",
    label: "One",
    operationClass: "additive",
    postcheck,
    precheck,
    target: { id: "postgres" },
  };
}

function step(sql: string, ...params: unknown[]): Readonly<Record<string, unknown>> {
  return { description: `step of ${sql.slice(0, 6)}`, params, sql };
}

test.each([
  ["the folder of the project", ".", "migrations/app/"],
  ["the folder of one space", "migrations/app", "migrations/app/"],
  ["no spaces, as early versions have it", "migrations", "migrations/"],
])("prisma-next is found: %s", async (_, dir, place) => {
  const { dir: root } = await project({
    files: {
      "contract.prisma": "",
      ...made(`${place}20260602T0000_a`, { from: null, to: "c1" }),
      ...made(`${place}20260601T0000_b`, { from: "c1", to: "c2" }),
      [`${place}refs/head.json`]: "{}",
    },
  });
  const set = await readSource([dir], { cwd: root, env: {} });
  expect(set.format).toBe("prisma-next");
  expect(set.migrations.map(({ id, name }) => [id, name])).toEqual([
    ["20260602T0000_a", "a"],
    ["20260601T0000_b", "b"],
  ]);
});

const AB = {
  ...made("app/a", { from: null, to: "c1" }),
  ...made("app/b", { from: "c1", to: "c2" }),
};

test.each<[string, Record<string, string | Uint8Array>, string]>([
  [
    "a branch",
    { ...AB, ...made("app/c", { from: "c1", to: "c3" }) },
    "The migrations `b` and `c` both start from contract `c1…`.",
  ],
  [
    "two beginnings",
    { ...AB, ...made("app/c", { from: "sha256:empty", to: "c3" }) },
    "The migrations `a` and `c` both start from the empty contract.",
  ],
  [
    "a gap",
    { ...AB, ...made("app/d", { from: "c3", to: "c4" }) },
    "The migration `d` starts from contract `c3…`, and no other leads there.",
  ],
  [
    "a way back",
    { ...AB, ...made("app/c", { from: "c2", to: "c1" }) },
    "The migration `c` leads back to contract `c1…`, where the database was before.",
  ],
  [
    "no change of the contract",
    { ...AB, ...made("app/c", { from: "c2", to: "c2" }) },
    "The migration `c` starts from and leads to the same contract; Prisma runs it only where a ref asks for its invariants.",
  ],
  [
    "operations that were edited",
    { ...AB, "app/b/ops.json": "[ ]\n", "app/a/ops.json": JSON.stringify([operation([])]) },
    "`app/a/ops.json` does not have the `migrationHash` of its `migration.json`.",
  ],
  [
    "text that is no JSON",
    { ...AB, "app/b/ops.json": "<<<<<<< HEAD" },
    "`app/b/ops.json` is not JSON: ",
  ],
  [
    "a manifest alone",
    { ...AB, "app/c/migration.json": "{}" },
    "`app/c/migration.json` has no `ops.json` beside it.",
  ],
  [
    "operations alone",
    { ...AB, "app/c/ops.json": "[]" },
    "`app/c/ops.json` has no `migration.json` beside it.",
  ],
  [
    "a manifest of an early version",
    { ...AB, "app/b/migration.json": `{"from":"a","to":"b","kind":"regular","migrationId":"x"}` },
    "`app/b/migration.json` has no `createdAt`.",
  ],
  [
    "an unknown field",
    { ...made("app/a", { from: null, to: "c1", ops: [{ ...operation([]), transaction: false }] }) },
    "`app/a/ops.json` has an operation 1 (`raw.one`) that has a field `transaction`, which is not known.",
  ],
  [
    "another database",
    {
      ...made("app/a", {
        from: null,
        to: "c1",
        ops: [{ ...operation([]), target: { id: "mongo" } }],
      }),
    },
    "`app/a/ops.json` has an operation 1 (`raw.one`) that is for `mongo` and not for `postgres`.",
  ],
  [
    "what is not SQL yet",
    {
      ...made("app/a", {
        from: null,
        to: "c1",
        ops: [operation([{ ...step("-- later"), meta: { ast: { kind: "update" } } }])],
      }),
    },
    "`app/a/ops.json` has an operation 1 (`raw.one`) that in its `execute` has no SQL yet: Prisma makes it of `meta.ast` when it runs.",
  ],
  [
    "a zero byte",
    { ...made("app/a", { from: null, to: "c1", ops: [operation([step("select $1", "a\0b")])] }) },
    "`app/a/ops.json` has a character that PostgreSQL cannot store.",
  ],
  [
    "another encoding",
    { ...AB, "app/b/ops.json": Buffer.from('["caf\xe9"]', "latin1") },
    "`app/b/ops.json` is not UTF-8: line 1 has bytes of another encoding.",
  ],
])("prisma-next refuses %s", async (_, files, what) => {
  const { dir } = await project({ files });
  const reading = readSource([dir], { cwd: dir, env: {}, format: "prisma-next" });
  await expect(reading).rejects.toMatchObject({ what: expect.stringContaining(what) as string });
});

async function runOne(db: TestDatabase, one: object): ReturnType<typeof up> {
  const { dir } = await project({ files: made("app/a", { from: null, to: "c1", ops: [one] }) });
  return up(await runnerOptions(SPEC, db, dir));
}

test("prisma-next: what a check says decides, and nothing stays of a refused migration", async () => {
  await using db = await freshDatabase();
  const create = step("create table t (n int)");
  await expect(
    runOne(db, operation([create], [step("select $1::int", 1), step("select false")])),
  ).rejects.toMatchObject({
    what: expect.stringContaining("The operation raw.one cannot run: step of select") as string,
  });
  await expect(
    runOne(db, operation([create], [], [step("select 1 where false")])),
  ).rejects.toMatchObject({
    what: expect.stringContaining("The operation raw.one has not done its work") as string,
    location: { file: expect.stringContaining("app/a/ops.json") as string, line: 10 },
  });
  expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
  // Left out: its postcheck holds, and neither its precheck nor its statement could.
  const broken = step("select 1/0");
  await runOne(db, operation([broken], [broken], [step("select $1", "t")]));
});

test("prisma-next: parameters that do not fit are named before anything runs", async () => {
  await using db = await freshDatabase();
  for (const wrong of [step("select $2", 1), step("select $1", 1, 2)]) {
    await expect(runOne(db, operation([step("create table t ()"), wrong]))).rejects.toMatchObject({
      class: "file.invalid",
      what: expect.stringContaining("and its SQL uses others: `step of select`.") as string,
    });
  }
  expect(await db.admin.query("select to_regclass('t') as t")).toEqual([{ t: null }]);
});

test("prisma-next: without a postcheck the statements are seen, and divided", async () => {
  await using db = await freshDatabase();
  await runOne(
    db,
    operation([
      step("create table t (n int, m int)"),
      step("create index concurrently t_n on t (n)"),
      step("create index concurrently t_m on t (m) -- the last"),
    ]),
  );
  expect(
    await db.admin.query(
      "select count(*)::int as n from pg_index where indrelid = 't'::regclass and indisvalid",
    ),
  ).toEqual([{ n: 2 }]);
});

test("prisma-next's ledger and marker are written and taken back as Prisma does it", async () => {
  await using db = await freshDatabase();
  const history = prismaNext.history!;
  const { migrations } = await read(SPEC, FIXTURE, "prisma-next");
  const five = migrations.slice(0, 5);
  await writeTheirs(db, prismaNext, five);
  const marker =
    "select space, core_hash, profile_hash, invariants from prisma_contract.marker order by space";
  const contracts = five.map(
    ({ id }) => JSON.parse(manifestOf(id)) as { from: string; to: string },
  );
  expect(await db.admin.query(marker)).toEqual([
    {
      space: "app",
      core_hash: contracts[4]!.to,
      profile_hash: "profile-email",
      invariants: ["shop/first-customers"],
    },
    {
      space: "audit",
      core_hash: contracts[0]!.to,
      profile_hash: contracts[0]!.to,
      invariants: ["audit:install"],
    },
  ]);
  expect(
    await db.admin.query(
      "select space, migration_name, origin_core_hash, jsonb_array_length(operations) as ops from prisma_contract.ledger order by id limit 3",
    ),
  ).toEqual([
    { space: "audit", migration_name: "20260501T0000_install", origin_core_hash: "empty", ops: 1 },
    { space: "app", migration_name: "20260601T0900_init", origin_core_hash: "empty", ops: 3 },
    {
      space: "app",
      migration_name: "20260602T0900_customers",
      origin_core_hash: contracts[1]!.to,
      ops: 1,
    },
  ]);
  expect(
    await db.admin.query(
      "select contract_json->>'profileHash' as p from prisma_contract.contract order by 1",
    ),
  ).toEqual([{ p: "profile-email" }, { p: "profile-init" }]);
  for (const one of five.slice(2).toReversed()) {
    for (const { text, values = [] } of history.forget(history.defaultTable, one, undefined)) {
      await db.admin.query(text, values);
    }
  }
  expect((await db.admin.query(marker))[0]).toMatchObject({
    core_hash: contracts[1]!.to,
    profile_hash: "profile-init",
  });
  for (const { text, values = [] } of history.forget(history.defaultTable, five[1]!, undefined)) {
    await db.admin.query(text, values);
  }
  expect(await db.admin.query("select space from prisma_contract.marker")).toEqual([
    { space: "audit" },
  ]);
});

function manifestOf(id: string): string {
  const path = id.includes("/") ? id : `app/${id}`;
  return readFileSync(join(FIXTURE, path, "migration.json"), "utf8");
}

test("prisma-next: a marker without a ledger stands for all up to its contract", async () => {
  await using db = await freshDatabase();
  const history = prismaNext.history!;
  const { migrations } = await read(SPEC, FIXTURE, "prisma-next");
  await writeTheirs(db, prismaNext, migrations.slice(0, 4));
  // `db update` writes a row without a name; `db sign` only the marker.
  await db.admin.query("update prisma_contract.ledger set migration_name = '' where space = 'app'");
  const rows = await history.read(asReader(db), history.defaultTable);
  const keys = (all: typeof rows): string[] => all.map(({ key }) => key);
  expect(keys(history.expand!(rows, migrations))).toEqual(SPEC.ids.slice(0, 4));
  await db.admin.query("drop table prisma_contract.ledger");
  const found = await history.find(asReader(db));
  const marked = await history.read(asReader(db), found[0]!);
  expect(new Set(keys(history.expand!(marked, migrations)))).toEqual(new Set(SPEC.ids.slice(0, 4)));
  await db.admin.query("update prisma_contract.marker set core_hash = 'other' where space = 'app'");
  const unknown = history.expand!(await history.read(asReader(db), found[0]!), migrations);
  expect(keys(unknown)).toEqual(["app@other", "audit/20260501T0000_install"]);
});

test("prisma-next's lock keeps Prisma's own away", async () => {
  await using db = await freshDatabase();
  const history = prismaNext.history!;
  const keys = async (): Promise<bigint[]> =>
    (await history.locks(asReader(db), history.defaultTable)).map((lock) =>
      lock.kind === "advisory" ? lock.key : 0n,
    );
  const theirs = async (domain: string, space: string): Promise<bigint> => {
    const [row] = await db.admin.query<{ key: string }>(
      "select hashtext($1)::bigint::text as key",
      [`${domain}.contract.marker:public:${space}`],
    );
    return BigInt(row!.key);
  };
  expect(await keys()).toContain(await theirs("prisma_8", "app"));
  expect(await keys()).toContain(await theirs("prisma_next", "app"));
  expect(await keys()).not.toContain(await theirs("prisma_8", "audit"));
  const { migrations } = await read(SPEC, FIXTURE, "prisma-next");
  await writeTheirs(db, prismaNext, migrations.slice(0, 2));
  expect(await keys()).toContain(await theirs("prisma_8", "audit"));
});
