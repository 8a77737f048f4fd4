/**
 * What `lockstep stats` writes and `lockstep trace --stats` reads: sizes and rates of a production
 * database, without a row, a query or a name of a person in it. The form is an interface:
 * docs/trace.md.
 */
import { Failure } from "../failures/failure.ts";

export const STATS_FORM = 1;

export interface Stats {
  readonly lockstepStats: typeof STATS_FORM;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly server: string;
  readonly database: string;
  readonly settings: {
    readonly maintenanceWorkMemBytes: number;
    readonly maxParallelMaintenanceWorkers: number;
    readonly sharedBuffersBytes: number;
  };
  /** For how long the counters behind the rates have counted; null: not known, nor are the rates. */
  readonly countedSeconds: number | null;
  readonly tables: readonly TableStats[];
  readonly transactions: {
    readonly open: number;
    readonly longestSeconds: number | null;
    /** The median of those that are open. */
    readonly typicalSeconds: number | null;
  };
  readonly history: readonly PastMigration[];
}

export interface TableStats {
  readonly schema: string;
  readonly name: string;
  readonly kind: "table" | "partitioned table" | "materialized view";
  /** Of a partition: its parent, as `schema.name`. */
  readonly partitionOf: string | null;
  readonly heapBytes: number;
  readonly toastBytes: number;
  readonly indexBytes: number;
  /** As the planner knows it; null: never analysed. */
  readonly rows: number | null;
  readonly insertsPerSecond: number | null;
  readonly updatesPerSecond: number | null;
  readonly deletesPerSecond: number | null;
  readonly sequentialScansPerSecond: number | null;
  readonly indexScansPerSecond: number | null;
  readonly lastVacuum: string | null;
  readonly lastAnalyze: string | null;
  readonly indexes: readonly { readonly name: string; readonly bytes: number }[];
}

export interface PastMigration {
  readonly id: string;
  readonly version: string | null;
  readonly durationMs: number;
  readonly appliedAt: string;
}

type Check = (value: unknown) => string | undefined;

const isText: Check = (value) => (typeof value === "string" ? undefined : "is no text");
const isNumber: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0
    ? undefined
    : "is no number of zero or more";
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? undefined : check(value);
const isKind: Check = (value) =>
  value === "table" || value === "partitioned table" || value === "materialized view"
    ? undefined
    : "is no kind of table";

type Shape = Readonly<Record<string, Check>>;

const ROOT: Shape = {
  takenAt: isText,
  server: isText,
  database: isText,
  countedSeconds: orNull(isNumber),
};
const SETTINGS: Shape = {
  maintenanceWorkMemBytes: isNumber,
  maxParallelMaintenanceWorkers: isNumber,
  sharedBuffersBytes: isNumber,
};
const TRANSACTIONS: Shape = {
  open: isNumber,
  longestSeconds: orNull(isNumber),
  typicalSeconds: orNull(isNumber),
};
const TABLE: Shape = {
  schema: isText,
  name: isText,
  kind: isKind,
  partitionOf: orNull(isText),
  heapBytes: isNumber,
  toastBytes: isNumber,
  indexBytes: isNumber,
  rows: orNull(isNumber),
  insertsPerSecond: orNull(isNumber),
  updatesPerSecond: orNull(isNumber),
  deletesPerSecond: orNull(isNumber),
  sequentialScansPerSecond: orNull(isNumber),
  indexScansPerSecond: orNull(isNumber),
  lastVacuum: orNull(isText),
  lastAnalyze: orNull(isText),
};
const INDEX: Shape = { name: isText, bytes: isNumber };
const PAST: Shape = {
  id: isText,
  version: orNull(isText),
  durationMs: isNumber,
  appliedAt: isText,
};

/** `path` is for messages. Throws a Failure that names what is wrong, and where. */
export function readStats(text: string, path: string): Stats {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notStats(path, `it is no JSON: ${(error as Error).message}`);
  }
  const root = objectAt(value, "the document", path);
  const form = root["lockstepStats"];
  if (form === undefined) throw notStats(path, "`lockstepStats` is missing");
  if (form !== STATS_FORM) {
    throw notStats(path, `\`lockstepStats\` is ${JSON.stringify(form)}, and this version reads 1`);
  }
  checkShape(root, ROOT, "", path);
  checkShape(objectAt(root["settings"], "`settings`", path), SETTINGS, "settings.", path);
  checkShape(
    objectAt(root["transactions"], "`transactions`", path),
    TRANSACTIONS,
    "transactions.",
    path,
  );
  for (const [at, table] of listAt(root["tables"], "tables", path).entries()) {
    const where = `tables[${at}]`;
    const object = objectAt(table, `\`${where}\``, path);
    checkShape(object, TABLE, `${where}.`, path);
    const indexes = listAt(object["indexes"], `${where}.indexes`, path);
    for (const [place, index] of indexes.entries()) {
      const name = `${where}.indexes[${place}]`;
      checkShape(objectAt(index, `\`${name}\``, path), INDEX, `${name}.`, path);
    }
  }
  for (const [at, past] of listAt(root["history"], "history", path).entries()) {
    checkShape(objectAt(past, `\`history[${at}]\``, path), PAST, `history[${at}].`, path);
  }
  return value as Stats;
}

function checkShape(
  object: Readonly<Record<string, unknown>>,
  shape: Shape,
  prefix: string,
  path: string,
): void {
  for (const [key, check] of Object.entries(shape)) {
    const value = object[key];
    const wrong = value === undefined ? "is missing" : check(value);
    if (wrong !== undefined) throw notStats(path, `\`${prefix}${key}\` ${wrong}`);
  }
}

function objectAt(value: unknown, what: string, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw notStats(path, `${what} ${value === undefined ? "is missing" : "is no object"}`);
}

function listAt(value: unknown, key: string, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw notStats(path, `\`${key}\` ${value === undefined ? "is missing" : "is no list"}`);
}

function notStats(path: string, what: string): Failure {
  return new Failure({
    class: "config.invalid",
    what: `\`${path}\` is not what \`lockstep stats\` writes: ${what}.`,
    action: "Make it anew: `lockstep stats --url … > stats.json`.",
  });
}
