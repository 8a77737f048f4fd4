/**
 * From a module of node-pg-migrate to its SQL: `up(pgm)` or `down(pgm)` is called with a builder
 * that has no database, and what it wrote down is the migration. The builder is the project's own,
 * from the package that it has installed, so that the SQL is that of its version; without the
 * package it is ours.
 *
 * The code of the module runs when its migration is about to run, and before anything is changed.
 */
import { Failure } from "../../failures/failure.ts";
import type { Exports } from "../../migrations/load-module.ts";
import type { GeneratedSql } from "../../migrations/migration.ts";
import type { FolderFile } from "../folder.ts";
import { createBuilder, type Builder, type Refuse } from "./builder.ts";
import { installedBuilder } from "./installed.ts";
import type { Shorthands } from "./names.ts";

export interface Module {
  readonly id: string;
  readonly file: FolderFile;
  readonly bytes: Buffer;
}

type Direction = "up" | "down";
type Action = (pgm: unknown, done?: () => void) => unknown;

/** `earlier`: the modules before it, whose shorthands hold for it too. */
export async function generateSql(
  module: Module,
  earlier: readonly Module[],
  direction: Direction,
): Promise<GeneratedSql> {
  const shorthands: Record<string, unknown> = {};
  for (const one of earlier) {
    if (mayHaveShorthands(one.bytes)) Object.assign(shorthands, shorthandsOf(await load(one)));
  }
  const exports = await load(module);
  Object.assign(shorthands, shorthandsOf(exports));
  const { action, reverse } = actionOf(module, exports, direction);
  let refused: Failure | undefined;
  const refuse: Refuse = (call, why) => {
    refused ??= invalid(
      module,
      `calls \`${call}\`, which ${why}`,
      "Write the change as SQL with `pgm.sql`.",
    );
    return refused;
  };
  const pgm = await builderFor(module, shorthands as Shorthands, refuse);
  if (reverse) pgm.enableReverseMode();
  try {
    await call(action, guarded(pgm, refuse));
    if (refused !== undefined) throw refused;
  } catch (cause) {
    if (reverse) throw notReversible(module, refused ?? cause);
    throw (
      refused ??
      invalid(module, `fails while it writes its SQL: ${messageOf(cause)}`, "Correct it.", cause)
    );
  }
  const steps = pgm.getSqlSteps();
  return {
    sql: steps.map(closed).join("\n"),
    ...(!pgm.isUsingTransaction() && { transaction: "statement" }),
  };
}

async function load({ id, file }: Module): Promise<Exports> {
  const { loadExports } = await import("../../migrations/load-module.ts");
  return loadExports(file.absolutePath, { id, file: file.path });
}

/** Modules are many, and to load all of them for one that is pending is slow. */
function mayHaveShorthands(bytes: Buffer): boolean {
  return /shorthands|export\s*\*|exports\s*=\s*require/.test(bytes.toString("latin1"));
}

/** Named exports, or the same names on a default export. */
function exported(exports: Exports, name: string): unknown {
  if (name in exports) return exports[name];
  const fallback = exports["default"];
  return typeof fallback === "object" && fallback !== null
    ? (fallback as Exports)[name]
    : undefined;
}

function shorthandsOf(exports: Exports): object {
  const shorthands = exported(exports, "shorthands");
  return typeof shorthands === "object" && shorthands !== null ? shorthands : {};
}

function actionOf(
  module: Module,
  exports: Exports,
  direction: Direction,
): { action: Action; reverse: boolean } {
  const up = exported(exports, "up");
  const down = exported(exports, "down");
  if (direction === "down" && down === false) {
    throw new Failure({
      class: "file.no_down",
      migration: module.id,
      what: `\`${module.file.path}\` says with \`down = false\` that it cannot be taken back.`,
      action: "Go forward with a new migration.",
    });
  }
  const reverse = direction === "down" && (down === undefined || down === null);
  const action = direction === "up" || reverse ? up : down;
  if (typeof action === "function") return { action: action as Action, reverse };
  throw invalid(
    module,
    `exports no function \`${direction}\``,
    `Export \`${direction}(pgm)\`, or remove the file.`,
  );
}

/** Two parameters: the second is called when it is done. */
async function call(action: Action, pgm: unknown): Promise<void> {
  if (action.length < 2) await action(pgm);
  else await new Promise<void>((resolve) => void action(pgm, () => resolve()));
}

async function builderFor(
  { file }: Module,
  shorthands: Shorthands,
  refuse: Refuse,
): Promise<Builder> {
  const Installed = await installedBuilder(file.absolutePath);
  if (Installed === undefined) return createBuilder(shorthands, refuse);
  // Warnings of the tool go nowhere: this process has its own output.
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  // Its `db` is taken away by `guarded`.
  return new Installed({ query() {}, select() {} }, shorthands, false, quiet);
}

const NO_DATABASE =
  "needs the database, and its answer could be another when the migration really runs";

/** `pgm.db` without a database, whatever builder it is; functions keep the builder as `this`. */
function guarded(pgm: Builder, refuse: Refuse): unknown {
  const db = new Proxy(
    {},
    {
      get: (_db, name) =>
        typeof name === "symbol" || name === "then"
          ? undefined
          : () => {
              throw refuse(`pgm.db.${name}`, NO_DATABASE);
            },
    },
  );
  return new Proxy(pgm, {
    get: (target, name) => (name === "db" ? db : (Reflect.get(target, name) as unknown)),
  });
}

/** The tool sends each call by itself; in one text each needs its end, also after a comment. */
function closed(step: string): string {
  const text = step.trimEnd();
  return text.slice(text.lastIndexOf("\n") + 1).includes("--") || !text.endsWith(";")
    ? `${step}\n;`
    : step;
}

/** `up` was run to be taken back, and has a call of which the builder cannot say how. */
function notReversible({ id, file }: Module, cause: unknown): Failure {
  return new Failure({
    class: "file.no_down",
    migration: id,
    what: `\`${file.path}\` has no \`down\`, and its \`up\` does not say how to take it back: ${messageOf(cause)}`,
    action: "Export `down(pgm)`, or go forward with a new migration.",
    location: { file: file.path, line: 1, column: 1 },
    cause,
  });
}

function invalid({ id, file }: Module, what: string, action: string, cause?: unknown): Failure {
  return new Failure({
    class: "module.invalid",
    what: `\`${file.path}\` ${what}`.replace(/\.?$/, "."),
    action,
    migration: id,
    location: { file: file.path, line: 1, column: 1 },
    ...(cause !== undefined && { cause }),
  });
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] ?? "";
}
