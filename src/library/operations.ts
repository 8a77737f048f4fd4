/**
 * The operations as functions. They return typed results, reject with a `Failure`, and never print
 * and never exit.
 */
import { Failure } from "../failures/failure.ts";
import type { Selection } from "../runner/options.ts";
import { systemUser } from "../runner/run-context.ts";
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
  /** `expand`: all but migrations marked contract; `contract`: only these. Default: all. */
  readonly phase?: "expand" | "contract";
  /** Apply contract migrations although old code may still run; recorded with who and why. */
  readonly force?: { readonly reason: string; readonly by?: string };
}

/** Applies what is pending, safely beside any number of others that do the same. */
export async function migrate(options: MigrateOptions = {}): Promise<RunResult> {
  const { force } = options;
  const runner = {
    ...(await runnerOptions(options)),
    ...(force && { force: { by: force.by ?? systemUser(), why: force.reason } }),
  };
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

function selectionOf({ to, count, phase, direction }: MigrateOptions): Selection {
  if (phase !== undefined && direction === "down") {
    throw new Failure({
      class: "usage",
      what: "`phase` says what is applied, and `direction` is `down`.",
      action: "Leave out one of the two.",
    });
  }
  return {
    ...(to !== undefined && { to }),
    ...(count !== undefined && { count }),
    ...(phase !== undefined && { phase }),
  };
}
