/**
 * Production is faster or slower than the machine on which the rates were measured, and its own
 * history tells by how much. Pure but for the parser.
 *
 * K1. Counted are only migrations whose work is plain from their text and whose other statements
 *     take no time; so what was recorded is that work.
 * K2. Sizes are those of today. A table has grown since, so an old migration makes production look
 *     faster than it is; the newest measurement of all therefore counts most.
 */
import type { Node } from "@pgsql/types";
import { fromRangeVar, type RelationName } from "../locks/relation-name.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Preparer } from "../runner/prepare.ts";
import { GIGABYTE, type RateKind, type Rates } from "./rates.ts";
import type { PastMigration, Stats, TableStats } from "./stats-file.ts";

/** By what the expected duration is multiplied, and how far off it may be. */
export interface Calibration {
  /** Number of recorded durations that it rests on. */
  readonly n: number;
  readonly factor: number;
  /** Low and high are expected / spread and expected × spread. */
  readonly spread: number;
}

/** Nothing is known of the machine: four times as fast and four times as slow are both likely. */
export const UNCALIBRATED: Calibration = { n: 0, factor: 1, spread: 4 };

export interface Measurement {
  readonly predictedMs: number;
  readonly actualMs: number;
  /** ISO 8601. */
  readonly at: string;
}

/** Shorter ones are mostly round trips, planning and luck. */
const SHORTEST_MS = 50;
const MOST_FILES = 40;
/** The newest counts 1, one that is a year older half as much. */
const HALF_LIFE_MS = 365 * 24 * 3_600_000;
/** 10 % to 90 % of a normal distribution. */
const Z = 1.2816;

export function calibration(measurements: readonly Measurement[]): Calibration {
  const usable = measurements.filter(
    ({ predictedMs, actualMs }) => predictedMs >= SHORTEST_MS && actualMs >= SHORTEST_MS,
  );
  if (usable.length === 0) return UNCALIBRATED;
  const newest = Math.max(...usable.map(({ at }) => Date.parse(at)));
  const weighted = usable.map(({ predictedMs, actualMs, at }) => ({
    log: Math.log(actualMs / predictedMs),
    weight: 0.5 ** ((newest - Date.parse(at)) / HALF_LIFE_MS),
  }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const mean = weighted.reduce((sum, { log, weight }) => sum + log * weight, 0) / total;
  const variance =
    weighted.reduce((sum, { log, weight }) => sum + weight * (log - mean) ** 2, 0) / total;
  // As if the doubt about an unknown machine had been measured once as well.
  const prior = (Math.log(UNCALIBRATED.spread) / Z) ** 2;
  const sigma = Math.sqrt((variance * usable.length + prior) / (usable.length + 1));
  return { n: usable.length, factor: Math.exp(mean), spread: Math.exp(Z * sigma) };
}

/** What the recorded durations of the history say; `migrations` are the files that it came from. */
export async function measurementsOf(
  stats: Stats,
  migrations: readonly Migration[],
  rates: Rates,
  preparer: Preparer,
): Promise<Measurement[]> {
  const tables = byName(stats.tables);
  const measurements: Measurement[] = [];
  const longest = stats.history
    .filter(({ durationMs }) => durationMs >= SHORTEST_MS)
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, MOST_FILES);
  for (const past of longest) {
    const migration = migrations.find((one) => isOf(one, past));
    if (migration === undefined || migration.language !== "sql") continue;
    const parsed = await preparer.parse(migration.up).catch(() => undefined);
    if (parsed === undefined || parsed.opaque) continue;
    const works = parsed.statements.map(({ node }) => plainWork(node));
    if (works.some((work) => work === undefined)) continue;
    let seconds = 0;
    for (const { kind, relation } of works.flatMap((work) => work ?? [])) {
      const table = tables.get(keyOf(relation));
      if (table === undefined) continue;
      seconds += (rates.secondsPerGigabyte[kind].median * table.heapBytes) / GIGABYTE;
    }
    measurements.push({
      predictedMs: seconds * 1000,
      actualMs: past.durationMs,
      at: past.appliedAt,
    });
  }
  return measurements;
}

function isOf({ version, id }: Migration, past: PastMigration): boolean {
  return past.version === null ? id === past.id : version === past.version;
}

export function byName(tables: readonly TableStats[]): ReadonlyMap<string, TableStats> {
  return new Map(tables.map((table) => [keyOf(table), table]));
}

function keyOf({ schema = "public", name }: RelationName): string {
  return schema === "public" ? name : `${schema}.${name}`;
}

export interface PlainWork {
  readonly kind: RateKind;
  readonly relation: RelationName;
}

/** Empty: it takes no time. Undefined: how long it takes is not to be seen from its text. */
export function plainWork(node: Node): readonly PlainWork[] | undefined {
  const kind = Object.keys(node)[0] ?? "";
  if ("IndexStmt" in node) {
    const [relation] = fromRangeVar(node.IndexStmt.relation);
    if (relation === undefined) return undefined;
    const built = node.IndexStmt.concurrent ? "index-build-concurrently" : "index-build";
    return [{ kind: built, relation }];
  }
  if (!("AlterTableStmt" in node)) return QUICK.has(kind) ? [] : undefined;
  const [relation] = fromRangeVar(node.AlterTableStmt.relation);
  if (relation === undefined) return undefined;
  const works: PlainWork[] = [];
  for (const command of node.AlterTableStmt.cmds ?? []) {
    if (!("AlterTableCmd" in command)) return undefined;
    const { subtype = "", def } = command.AlterTableCmd;
    if (QUICK_COMMANDS.has(subtype)) continue;
    if (subtype === "AT_SetNotNull") works.push({ kind: "scan", relation });
    else if (subtype !== "AT_AddConstraint" || !def || !("Constraint" in def)) return undefined;
    else {
      const { contype, skip_validation: notValid, indexname } = def.Constraint;
      const built = CONSTRAINT_WORK[contype ?? ""];
      if (built === undefined) return undefined;
      if (notValid !== true && indexname === undefined) works.push({ kind: built, relation });
    }
  }
  return works;
}

const CONSTRAINT_WORK: Readonly<Partial<Record<string, RateKind>>> = {
  CONSTR_CHECK: "scan",
  CONSTR_FOREIGN: "fk-validation",
  CONSTR_PRIMARY: "index-build",
  CONSTR_UNIQUE: "index-build",
};

const QUICK_COMMANDS: ReadonlySet<string> = new Set([
  "AT_ColumnDefault",
  "AT_DropColumn",
  "AT_DropConstraint",
  "AT_DropNotNull",
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_ChangeOwner",
]);

const QUICK: ReadonlySet<string> = new Set([
  "VariableSetStmt",
  "CommentStmt",
  "CreateStmt",
  "CreateSchemaStmt",
  "CreateEnumStmt",
  "CreateFunctionStmt",
  "ViewStmt",
  "GrantStmt",
  "RenameStmt",
]);
