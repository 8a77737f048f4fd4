/** The flags that several commands share: their types, and the same as stricli reads them. */
import type { FlagParametersForType, TypedFlagParameter } from "@stricli/core";
import { readDuration } from "../config/duration.ts";
import { readSize } from "../config/size.ts";
import type { CliContext } from "./context.ts";

type Flags<T> = FlagParametersForType<T, CliContext>;

export interface OutputFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Of the commands that have runs. */
export interface LogFlags {
  readonly log?: "text" | "json";
}

/** Where the configuration and the migrations are. */
export interface ProjectFlags extends OutputFlags {
  readonly config?: string;
  readonly env?: string;
  readonly dir?: readonly string[];
  readonly format?: string;
  readonly historySchema?: string;
}

/** Every command that connects. */
export interface DatabaseFlags extends ProjectFlags {
  readonly url?: string;
  readonly lockWait?: number;
  readonly yes?: boolean;
}

/** Commands that connect and only look: there is no lock to wait for and nothing to confirm. */
export type LookFlags = Omit<DatabaseFlags, "lockWait" | "yes">;

export interface SelectionFlags {
  readonly to?: string;
  readonly count?: number;
}

/** Which part of what is pending: that beside which old code can run, or that which needs it gone. */
export interface PhaseFlags {
  readonly phase?: "expand" | "contract";
}

/** Going ahead against what the tool would wait for. */
export interface ForceFlags extends ReasonFlags {
  readonly force?: boolean;
}

/** What is beside the server, where only the operator knows it. */
export interface CareFlags {
  readonly replicaUrl?: readonly string[];
  readonly freeDisk?: string;
}

/** How a trace looks into production's future. */
export interface PredictionFlags {
  readonly stats?: string;
  readonly maxBlock?: number;
  readonly cache?: boolean;
}

/** Every command that applies migrations. */
export interface RunFlags extends DatabaseFlags, SelectionFlags, LogFlags {
  readonly lockTimeout?: number;
  readonly budget?: number;
  readonly outOfOrder?: "refuse" | "allow";
  readonly strict?: boolean;
  readonly embedded?: boolean;
  readonly historyView?: boolean;
}

/** Every command that settles something by hand. */
export interface ReasonFlags {
  readonly reason?: string;
  readonly by?: string;
}

/** A switch. Without a default, because the help would say of each one that it is off. */
export function toggle(brief: string): TypedFlagParameter<boolean | undefined, CliContext> {
  return { kind: "boolean", brief, optional: true, withNegated: false };
}

export function text(
  brief: string,
  placeholder: string,
): TypedFlagParameter<string | undefined, CliContext> {
  return { kind: "parsed", parse: String, brief, placeholder, optional: true };
}

export function duration(brief: string): TypedFlagParameter<number | undefined, CliContext> {
  return { kind: "parsed", parse: parseDuration, brief, placeholder: "duration", optional: true };
}

export const outputFlags: Flags<OutputFlags> = {
  json: toggle("Print events and results as JSON"),
  quiet: toggle("Print nothing but failures"),
};

export const projectFlags: Flags<ProjectFlags> = {
  config: text("Configuration file instead of lockstep.config.*", "file"),
  env: text("Environment of the configuration file", "name"),
  dir: {
    kind: "parsed",
    parse: String,
    brief: "Folder with migrations; may be repeated",
    placeholder: "folder",
    variadic: true,
    optional: true,
  },
  format: text("Tool whose format the folder has; by default what it shows", "tool"),
  historySchema: text("Schema of the history tables", "schema"),
  ...outputFlags,
};

export const databaseFlags: Flags<DatabaseFlags> = {
  url: text("Database, as a URL or in libpq's key=value form", "url"),
  lockWait: duration("How long to wait for another runner"),
  yes: toggle("Do not ask for confirmation"),
  ...projectFlags,
};

const { lockWait: _lockWait, yes: _yes, ...rest } = databaseFlags;
export const lookFlags: Flags<LookFlags> = rest;

export const logFlags: Flags<LogFlags> = {
  log: {
    kind: "enum",
    values: ["text", "json"],
    brief: "`json`: structured logs, one object per line",
    optional: true,
  },
};

export const selectionFlags: Flags<SelectionFlags> = {
  to: text("Version to stop at", "version"),
  count: {
    kind: "parsed",
    parse: parseCount,
    brief: "Number of migrations",
    placeholder: "number",
    optional: true,
  },
};

export const phaseFlags: Flags<PhaseFlags> = {
  phase: {
    kind: "enum",
    values: ["expand", "contract"],
    brief: "All but migrations marked contract, or only these",
    optional: true,
  },
};

export const runFlags: Flags<RunFlags> = {
  ...selectionFlags,
  lockTimeout: duration("The longest time that anybody may wait behind a migration"),
  budget: duration("How long to keep trying to get the locks of one migration"),
  outOfOrder: {
    kind: "enum",
    values: ["refuse", "allow"],
    brief: "Pending migrations older than an applied one",
    optional: true,
  },
  strict: toggle("Refuse a schema that is not as the last run left it (exit 81)"),
  historyView: toggle("Make a view of the name of the other tool's history table"),
  embedded: toggle("Start a throw-away PostgreSQL for this run"),
  ...logFlags,
  ...databaseFlags,
};

export const predictionFlags: Flags<PredictionFlags> = {
  stats: text("Sizes and rates of production, as `lockstep stats` writes them", "file"),
  maxBlock: duration("The longest time that a step may make others wait (exit 65)"),
  cache: {
    kind: "boolean",
    brief: "Keep what was replayed of the history, for the next trace",
    optional: true,
  },
};

export const reasonFlags: Flags<ReasonFlags> = {
  reason: text("Why; recorded in the history", "text"),
  by: text("Who; by default the operating system's user", "name"),
};

export const forceFlags: Flags<ForceFlags> = {
  force: toggle("Go ahead beside old code, or outside of a window"),
  ...reasonFlags,
};

export const careFlags: Flags<CareFlags> = {
  replicaUrl: {
    kind: "parsed",
    parse: String,
    brief: "A standby to look at; may be repeated",
    placeholder: "url",
    variadic: true,
    optional: true,
  },
  freeDisk: {
    kind: "parsed",
    parse: parseSize,
    brief: "Free space where the tables are: 50GB",
    placeholder: "size",
    optional: true,
  },
};

/** A wrong value is a usage error (64), unlike the same value in the configuration file (78). */
function parseDuration(value: string): number {
  const ms = readDuration(value);
  if (ms !== undefined) return ms;
  throw new SyntaxError(`write a number with a unit: 250ms, 5s, 10m, 1h`);
}

function parseSize(value: string): string {
  if (readSize(value) !== undefined) return value;
  throw new SyntaxError("write a number with a unit: 500MB, 50GB");
}

export function parseCount(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new SyntaxError("write a positive whole number");
}

export function parseNumber(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new SyntaxError("write a whole number");
}
