/**
 * Measures how long work on a gigabyte takes on this machine, and writes src/trace/facts/rates.json:
 * `npx jiti scripts/measure-rates.ts`. A durable server with the settings that PostgreSQL comes with,
 * its data on a disk; tables of two sizes, each piece of work several times.
 *
 *   --rounds n   repetitions for each size; default 6
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { createSandbox } from "../src/sandbox/sandbox.ts";
import { GIGABYTE, type Rate, type RateKind, type Rates } from "../src/trace/rates.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "6" } } });
const ROUNDS = Number(values.rounds);
/** About 100 bytes a row, as a table of an application has them: 30 and 120 MB. */
const SIZES = [250_000, 1_000_000];

/** The statement that is measured, and what makes it possible again. */
const WORK: Readonly<Record<RateKind, { readonly measured: string; readonly undo: string }>> = {
  rewrite: {
    measured: "alter table t alter column amount type bigint",
    undo: "alter table t alter column amount type int",
  },
  scan: {
    measured: "alter table t add constraint positive check (amount >= 0)",
    undo: "alter table t drop constraint positive",
  },
  "index-build": {
    measured: "create index t_amount on t (amount)",
    undo: "drop index t_amount",
  },
  "index-build-concurrently": {
    measured: "create index concurrently t_amount on t (amount)",
    undo: "drop index t_amount",
  },
  "fk-validation": {
    measured:
      "alter table t add constraint t_parent foreign key (parent_id) references parent (id)",
    undo: "alter table t drop constraint t_parent",
  },
};

const TABLES = (rows: number): string => `
drop table if exists t, parent;
create table parent (id bigint primary key, name text);
insert into parent select g, 'name ' || g from generate_series(1, ${rows / 20}) g;
create table t (id bigint, parent_id bigint, amount int, note text, at timestamptz default now());
insert into t (id, parent_id, amount, note)
  select g, 1 + (g::bigint * 7919) % ${rows / 20}, (g::bigint * 7919) % 1000003, repeat(md5(g::text), 2)
  from generate_series(1, ${rows}) g;
vacuum analyze t;
vacuum analyze parent;
checkpoint`;

const sandbox = await createSandbox({ durable: true });
try {
  await measure();
} finally {
  await sandbox.stop();
}

async function measure(): Promise<void> {
  const client = new pg.Client({ connectionString: await sandbox.database("rates") });
  await client.connect();
  const seconds = new Map<RateKind, number[]>();
  for (const rows of SIZES) {
    for (const statement of TABLES(rows).split(";")) await client.query(statement);
    const { rows: sizes } = await client.query<{ bytes: string }>(
      "select pg_catalog.pg_relation_size('t') as bytes",
    );
    const gigabytes = Number(sizes[0]?.bytes) / GIGABYTE;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [kind, { measured, undo }] of Object.entries(WORK)) {
        const began = performance.now();
        await client.query(measured);
        const taken = (performance.now() - began) / 1000 / gigabytes;
        await client.query(undo);
        seconds.set(kind as RateKind, [...(seconds.get(kind as RateKind) ?? []), taken]);
      }
      process.stderr.write(`${rows} rows, round ${round + 1} of ${ROUNDS}\n`);
    }
  }
  await client.end();

  const rates: Rates = {
    measured: `PostgreSQL ${sandbox.server.version} with its own settings and fsync on; tables of ${SIZES.map((rows) => rows.toLocaleString("en")).join(" and ")} rows of about 100 bytes`,
    secondsPerGigabyte: Object.fromEntries(
      Object.keys(WORK).map((kind) => [kind, summary(seconds.get(kind as RateKind) ?? [])]),
    ) as Record<RateKind, Rate>,
  };
  const file = join(import.meta.dirname, "../src/trace/facts/rates.json");
  await writeFile(file, `${JSON.stringify(rates, null, 2)}\n`);
}

/** The faster half: what else the machine does hits the rest, and noise only ever adds. */
function summary(taken: readonly number[]): Rate {
  const sorted = taken.toSorted((a, b) => a - b).slice(0, Math.ceil(taken.length / 2));
  const at = (part: number): number =>
    Math.round((sorted[Math.round(part * (sorted.length - 1))] ?? 0) * 100) / 100;
  return { n: sorted.length, p10: at(0.1), median: at(0.5), p90: at(0.9) };
}
