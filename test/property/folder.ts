/**
 * Random migration folders that are valid by construction: fast-check draws numbers, and a small
 * model of the schema turns them into statements. Fewer and smaller numbers are simpler folders,
 * so that shrinking works.
 */
import fc from "fast-check";

import { FAULT_POINTS, type FaultPoint } from "../../src/runner/fault-points.ts";
import {
  choose,
  type Draw,
  emptyModel,
  type FileState,
  type Model,
  type Operation,
  type Written,
} from "./model.ts";
import { OPERATIONS } from "./operations.ts";

export interface Folder {
  /** Path to content, for `project()`. */
  readonly files: Readonly<Record<string, string>>;
  /** Lowest first. */
  readonly versions: readonly string[];
  /** The points that a run of it passes: those inside its longer work more than once. */
  readonly faultPoints: readonly FaultPoint[];
}

/** `pick` chooses among the points that the folder passes. */
export interface Kill {
  readonly pick: Draw;
  readonly nth: number;
}

/** The value of LOCKSTEP_TEST_KILL_AT. */
export function killAt(folder: Folder, kill: Kill): string {
  return `${choose(folder.faultPoints, kill.pick)!}:${kill.nth}`;
}

export const kills: fc.Arbitrary<Kill> = fc.record({
  pick: fc.nat({ max: 4095 }),
  nth: fc.integer({ min: 1, max: 5 }),
});

interface FileDraw {
  readonly kind: number;
  readonly statements: readonly (readonly [operation: number, draw: number])[];
}

type FileKind = FileState["mode"] | "batches" | "module";

/** Most files are ordinary transactions. */
const KINDS: readonly FileKind[] = [
  "tx",
  "statement",
  "none",
  "batches",
  "tx",
  "module",
  "tx",
  "none",
];

/** Rows that `db.batch` counts up, each exactly once. */
const COUNTED_ROWS = 60;

const FIRST_UP = `create table ledger (what text primary key);
create table counted (id int primary key, n int not null default 0, src text);
insert into counted (id, src) select g, 'row ' || g from pg_catalog.generate_series(1, ${COUNTED_ROWS}) g;
create table base (id int primary key, n int not null default 0, src text);
insert into base (id) values (1), (2), (3);
alter table base add column extra int;
create table spare (id int primary key, n int not null default 0, src text);
create index spare_n on spare (n);
create type mood as enum ('new', 'old');`;
const FIRST_DOWN = "drop type mood; drop table spare, base, counted, ledger;";

/** The model after the first file. */
function firstModel(reversible: boolean): Model {
  const model = emptyModel();
  model.tables.push(
    { name: "base", columns: ["extra"], pinned: true, references: [] },
    { name: "counted", columns: [], pinned: true, references: [] },
    { name: "spare", columns: [], pinned: reversible, references: [] },
  );
  model.indexes.push({ name: "spare_n", table: "spare", column: "n" });
  model.enums.push({ name: "mood", values: 0 });
  return model;
}

export function folders(options: { readonly reversible: boolean }): fc.Arbitrary<Folder> {
  const number = fc.nat({ max: 4095 });
  const file = fc.record({
    kind: fc.nat({ max: KINDS.length - 1 }),
    statements: fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 5 }),
  });
  return fc
    .record({
      files: fc.array(file, { minLength: 2, maxLength: 7 }),
      repeatables: fc.nat({ max: 3 }),
    })
    .map(({ files, repeatables }) => write(files, repeatables, options.reversible));
}

function write(draws: readonly FileDraw[], repeatables: number, reversible: boolean): Folder {
  const model = firstModel(reversible);
  const files: Record<string, string> = { "migrations/1_first.sql": FIRST_UP };
  if (reversible) files["migrations/1_first.down.sql"] = FIRST_DOWN;
  const versions = ["1"];
  for (const draw of draws) {
    // Steps of different lengths: 9 comes before 10, whatever the names sort like.
    const version = String(versions.length * 3 + 1);
    const written = writeFile(model, draw, reversible);
    if (!written) continue;
    versions.push(version);
    for (const [ending, text] of Object.entries(written)) {
      files[`migrations/${version}_m${version}${ending}`] = text;
    }
  }
  // The names are against the order of their needs. What reads a table keeps it from being dropped.
  for (let i = 0; i < repeatables && !reversible; i += 1) {
    const from = i === 0 ? "base" : `x${i - 1}`;
    files[`migrations/R__${9 - i}_view.sql`] =
      `create or replace view x${i} as select id, n from ${from};`;
  }
  if (reversible && repeatables > 0) {
    files["migrations/R__f.sql"] =
      "create or replace function fr() returns int language sql as $$ select 1 $$;";
  }
  const texts = Object.values(files).join("\n");
  return { files, versions, faultPoints: pointsIn(texts) };
}

const BATCH_POINTS: readonly FaultPoint[] = ["batch-sent", "batch-done", "before-record"];
const STATEMENT_POINTS: readonly FaultPoint[] = [
  "before-journal",
  "after-journal",
  "statement-sent",
  "statement-done",
  "after-journal-done",
  "before-record",
  "after-record",
];
/** Nothing here makes them happen by itself. */
const NEVER_PASSED: ReadonlySet<FaultPoint> = new Set(["opaque-sent", "cleanup-sent"]);

function pointsIn(texts: string): FaultPoint[] {
  const always = (Object.keys(FAULT_POINTS) as FaultPoint[]).filter(
    (point) => !NEVER_PASSED.has(point) && ![...BATCH_POINTS, ...STATEMENT_POINTS].includes(point),
  );
  const batches = texts.includes("db.batch") ? BATCH_POINTS : [];
  const statements = /concurrently|vacuum|lockstep:transaction/.test(texts) ? STATEMENT_POINTS : [];
  return [...always, ...statements, ...batches, ...batches, ...batches];
}

/** Ending of the file name to content. */
function writeFile(
  model: Model,
  draw: FileDraw,
  reversible: boolean,
): Record<string, string> | undefined {
  const kind = KINDS[draw.kind]!;
  if (kind === "batches") return { ".ts": batches(1 + (draw.statements[0]![1] % 40)) };
  if (kind === "module") return { ".ts": moduleOf(model) };
  const file: FileState = { mode: kind, reversible, pending: new Set(), grown: new Set() };
  const up: string[] = [];
  const down: string[] = [];
  const possible = OPERATIONS.filter(({ modes }) => modes.includes(kind));
  for (const [operation, number] of draw.statements) {
    const written = writeStatement(possible, operation, model, file, number);
    if (!written) continue;
    up.push(written.up);
    down.unshift(written.down ?? "");
  }
  if (up.length === 0) return undefined;
  const head = kind === "statement" ? "-- lockstep:transaction statement\n" : "";
  return {
    ".sql": head + up.join("\n"),
    ...(reversible && { ".down.sql": head + down.join("\n") }),
  };
}

/** The operation that was drawn, or the first behind it that is valid now. */
function writeStatement(
  possible: readonly Operation[],
  drawn: number,
  model: Model,
  file: FileState,
  draw: number,
): Written | undefined {
  for (let i = 0; i < possible.length; i += 1) {
    const written = choose(possible, drawn + i)!.write(model, file, draw);
    if (written) return written;
  }
  return undefined;
}

function batches(size: number): string {
  const loop = (sign: "+" | "-"): string => `
  await db.batch(0, async (last, tx) => {
    await tx.sql\`update counted set n = n ${sign} 1 where id > \${last} and id <= \${last + ${size}}\`;
    return last + ${size} < ${COUNTED_ROWS} ? last + ${size} : null;
  });`;
  return `import type { MigrationContext } from "lockstep";
export const transaction = false;
export async function up(db: MigrationContext): Promise<void> {${loop("+")}
}
export async function down(db: MigrationContext): Promise<void> {${loop("-")}
}
`;
}

function moduleOf(model: Model): string {
  const what = `m${model.next()}`;
  return `export async function up(db) {
  const [row] = await db.sql\`select pg_catalog.count(*)::int as n from counted\`;
  await db.sql\`insert into ledger (what) values (\${"${what} of " + row.n})\`;
  await db.sql\`update counted set n = n + 1 where id <= \${10}\`;
}
export async function down(db) {
  await db.sql\`update counted set n = n - 1 where id <= \${10}\`;
  await db.query("delete from ledger where what like $1", ["${what} of %"]);
}
`;
}
