/**
 * The operations as functions. They return typed results, reject with a `Failure`, and never print
 * and never exit.
 */
import { up } from "../runner/up.ts";
import { down } from "../runner/down.ts";
import type { Plan } from "../runner/plan.ts";
import type { RunResult, StatusResult, VerifyResult } from "../runner/results.ts";
import type { LintOutcome } from "../lint/lint.ts";
import type { LintOptions } from "./lint.ts";
import { runnerOptions, type CommonOptions } from "./options.ts";

export interface MigrateOptions extends CommonOptions {
  /** `down` reverts, newest first; without `to` and `count` one migration. Default `up`. */
  readonly direction?: "up" | "down";
  /** Up to and including this version; for `down`, down to but not including it. */
  readonly to?: string;
  readonly count?: number;
}

/** Applies what is pending, safely beside any number of others that do the same. */
export async function migrate(options: MigrateOptions = {}): Promise<RunResult> {
  const runner = await runnerOptions(options);
  const selection = selectionOf(options);
  return options.direction === "down" ? down(runner, selection) : up(runner, selection);
}

/** What `migrate` would do, from one read-only transaction; takes no lock and writes nothing. */
export async function plan(options: MigrateOptions = {}): Promise<Plan> {
  const operation = await import("../runner/make-plan.ts");
  return operation.plan(await runnerOptions(options), {
    ...selectionOf(options),
    direction: options.direction ?? "up",
  });
}

export async function status(options: CommonOptions = {}): Promise<StatusResult> {
  const operation = await import("../runner/status.ts");
  return operation.status(await runnerOptions(options));
}

/** Compares files and history; problems are returned, not thrown. */
export async function verify(options: CommonOptions = {}): Promise<VerifyResult> {
  const operation = await import("../runner/verify.ts");
  return operation.verify(await runnerOptions(options));
}

/** Looks at migrations without a database; what is dangerous is returned, not thrown. */
export async function lint(options: LintOptions = {}): Promise<LintOutcome> {
  const operation = await import("./lint.ts");
  return operation.lint(options);
}

function selectionOf({ to, count }: MigrateOptions): { to?: string; count?: number } {
  return { ...(to !== undefined && { to }), ...(count !== undefined && { count }) };
}
