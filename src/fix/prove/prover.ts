/** One sandbox for the proofs of several files, in the order of the files; started when needed. */
import type { LintOptions } from "../../lint/lint.ts";
import type { Migration, MigrationSet } from "../../migrations/migration.ts";
import type { RunnerSettings } from "../../runner/options.ts";
import { installedBinaries, POSTGRES_MAJORS, type PostgresMajor } from "../../sandbox/binaries.ts";
import { type HistorySandbox, startHistorySandbox } from "../../trace/history-sandbox.ts";
import { type Claim, type Proof, prove } from "./prove.ts";

export interface ProverOptions {
  readonly set: MigrationSet;
  readonly lint: LintOptions;
  readonly settings: RunnerSettings;
  readonly cwd: string;
  readonly cache: boolean;
  readonly signal: AbortSignal;
}

export interface Prover extends AsyncDisposable {
  /** Files have to come in order: the sandbox's history only grows. */
  prove(claim: Omit<Claim, "history">): Promise<Proof>;
}

export function createProver(options: ProverOptions): Prover {
  const { set, settings, cwd, cache, signal } = options;
  const major = majorFor(options.lint.version, cwd);
  let sandbox: HistorySandbox | undefined;
  let replayed: readonly Migration[] = [];
  return {
    async prove(claim) {
      const history = set.migrations.slice(0, set.migrations.indexOf(claim.original));
      if (sandbox === undefined) {
        const { processExitsSoon } = options.lint;
        const start = { major, history, set, settings, from: cwd, signal, processExitsSoon };
        sandbox = await startHistorySandbox({ ...start, database: "app", cache });
      } else if (history.length > replayed.length) {
        await sandbox.replayAlso(history);
      }
      replayed = history;
      const proof = await prove({ ...claim, history }, { sandbox, set, settings, signal });
      return { ...proof, notes: [...proof.notes, ...versionNote(options.lint.version, major)] };
    },
    async [Symbol.asyncDispose]() {
      await sandbox?.[Symbol.asyncDispose]();
    },
  };
}

/** That of lint where it is installed, else the newest. */
function majorFor(version: number, cwd: string): PostgresMajor {
  const installed = installedBinaries(cwd).map(({ major }) => major);
  const wanted = POSTGRES_MAJORS.find((major) => major === version);
  if (wanted !== undefined && installed.includes(wanted)) return wanted;
  return POSTGRES_MAJORS.find((major) => installed.includes(major)) ?? POSTGRES_MAJORS[0];
}

function versionNote(version: number, major: number): string[] {
  return version === major
    ? []
    : [`Proved on PostgreSQL ${major}, because the binaries of ${version} are not installed.`];
}
