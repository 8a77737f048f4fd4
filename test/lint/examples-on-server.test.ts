/**
 * The examples of all rules on a real server: what they say about the server is what it does. Their
 * verdicts are tested in src/lint/rules/examples.test.ts. Examples of another major version than the
 * one under test, and those that need what a bare server lacks, are left out.
 */
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LongWork } from "../../src/lint/finding.ts";
import { RULES } from "../../src/lint/registry.ts";
import type { Rule, RuleExample } from "../../src/lint/rule.ts";
import { createDatabaseSql } from "../../src/sandbox/create-database.ts";
import { type SandboxServer, startServer } from "../../src/sandbox/server.ts";
import { MEASURED_SETTINGS } from "../accuracy/measure.ts";
import { testedVersion } from "../support/postgres.ts";
import { type Measured, measureExample } from "./example-on-server.ts";
import { LOOKS } from "./fill-tables.ts";
import { lintExample, NEWEST, runnerOf } from "./lint-example.ts";

/** What belongs to a server and not to a database; the examples name it. */
const AROUND = [
  "set allow_in_place_tablespaces = on",
  "create tablespace fast location ''",
  "create tablespace slow location ''",
  "create database shop",
  ...["shop", "reporting", "boss", "billing"].map((role) => `create role ${role}`),
];

/** More at once are no faster: each copies a database. */
const WORKERS = 3;

/** How many examples need what a bare server lacks. */
const LACKING: Readonly<Record<string, number>> = {
  "the extension plpython3u": 1,
  "the extension postgis": 4,
  "the extension vector": 8,
};

/** By rule and SQL: why what lint says about long work is right, and the server does other work. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "statement-while-holding-ax: alter table orders add column note text; create table old_lines as select * from lines;":
    "the table that waits is not the one that is read",
};

/** By version: what an older server answers to an example that is written for the newest. */
const OTHERWISE: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  14: {
    "drop-column-dependent-objects: alter table orders drop column net;":
      "the column that is computed from it goes, too",
    "type-change-refused: alter table orders alter column net type numeric;":
      "refused with 42601, as if it were a matter of syntax",
  },
};

/** Rules that say that an older server refuses what the newest takes. */
const SAYS_REFUSED = ["unsupported-by-version", "enum-value-used-in-same-transaction"];

interface Example {
  readonly name: string;
  readonly rule: Rule;
  readonly example: RuleExample;
}

const version = testedVersion();
const ALL: readonly Example[] = RULES.flatMap((rule) =>
  [...rule.bad, ...rule.good].map((example) => ({
    name: `${rule.id}: ${example.sql.replaceAll("\n", " ")}`,
    rule,
    example,
  })),
);
/** Those that name no version are tried on each: the server and lint change together. */
const OF_VERSION = ALL.filter(({ example }) => (example.version ?? version) === version);
const EXAMPLES = OF_VERSION.filter(({ example }) => example.needs === undefined);

let server: SandboxServer;
const measured = new Map<Example, Measured>();

beforeAll(async () => {
  server = await startServer({
    version,
    // What other runners find; ours sets UTC.
    settings: { ...MEASURED_SETTINGS, timezone: "Europe/Berlin" },
  });
  await asAdmin(async (admin) => {
    for (const sql of AROUND) await admin.query(sql);
  });
  const queue = EXAMPLES.values();
  const workers = Array.from({ length: WORKERS }, (_, worker) =>
    asAdmin(async (admin) => {
      const database = `example_${worker}`;
      for (const one of queue) measured.set(one, await measureWithRows(admin, database, one));
    }),
  );
  await Promise.all(workers);
}, 600_000);

afterAll(() => server.close());

async function asAdmin(work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: server.url("postgres") });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

/** Where the server does not like the rows, and the example does not say so, with other rows. */
async function measureWithRows(
  admin: Client,
  database: string,
  { rule, example }: Example,
): Promise<Measured> {
  const runner = runnerOf(rule, example);
  let last: Measured | undefined;
  for (const look of LOOKS) {
    await admin.query(createDatabaseSql(database, "template1", version));
    last = await measureExample(server.url(database), example, { version, runner, look });
    await admin.query(`drop database ${database} with (force)`);
    const { error } = last.truth;
    if (error === example.refused || !/^2[23]/.test(error ?? "")) break;
  }
  return last!;
}

test("the server does what the examples ask for, or refuses it as they say", async () => {
  const wrong = EXAMPLES.flatMap((one) => {
    const { error } = measured.get(one)!.truth;
    return error === one.example.refused ? [] : [{ ...one, error }];
  });
  const known = OTHERWISE[version] ?? {};
  const open: string[] = [];
  expect(wrong.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(known)));
  for (const { rule, example, name, error } of wrong) {
    if (known[name] === undefined && !(await isSaid(rule, example, error))) {
      open.push(`${name}: ${error}`);
    }
  }
  expect(open).toEqual([]);
});

/** An older server lacks what the example or its history uses, and lint says so. */
async function isSaid(rule: Rule, example: RuleExample, error?: string): Promise<boolean> {
  if (example.version !== undefined || version === NEWEST || error === undefined) return false;
  const { history = "", sql } = example;
  const file = error.startsWith("history ") ? { sql: history } : { history, sql };
  const findings = await lintExample(rule, { ...file, version });
  return findings.some((finding) => SAYS_REFUSED.includes(finding.rule));
}

test("every existing table of the examples has rows", () => {
  const empty = EXAMPLES.flatMap((one) =>
    measured.get(one)!.unfilled.map(({ table, why }) => `${one.name}: ${table}: ${why}`),
  );
  expect(empty).toEqual([]);
});

test("what lint says about long work is what the server does", async () => {
  const wrong: string[] = [];
  const excused = new Set<string>();
  for (const one of EXAMPLES) {
    const { truth } = measured.get(one)!;
    if (truth.error !== undefined) continue;
    const said = new Set(
      (await lintExample(one.rule, { ...one.example, version })).flatMap(
        ({ longWork }) => longWork ?? [],
      ),
    );
    if (isSame(said, truth.work)) continue;
    if (EXCEPTIONS[one.name] !== undefined) excused.add(one.name);
    else wrong.push(`${one.name}: says ${list(said)}, does ${list(truth.work)}`);
  }
  expect(wrong).toEqual([]);
  if (version === NEWEST) expect([...excused]).toEqual(Object.keys(EXCEPTIONS));
});

/** All that is said is done; a rewrite builds the indexes anew, and that need not be said. */
function isSame(said: ReadonlySet<LongWork>, done: readonly LongWork[]): boolean {
  return [...said].every((work) => done.includes(work)) && said.size > 0 === done.length > 0;
}

function list(work: Iterable<LongWork>): string {
  return [...work].join(" and ") || "nothing";
}

test("only these examples need what a bare server lacks", () => {
  const lacking: Record<string, number> = {};
  for (const { example } of OF_VERSION) {
    if (example.needs !== undefined) lacking[example.needs] = (lacking[example.needs] ?? 0) + 1;
  }
  expect(lacking).toEqual(LACKING);
});
