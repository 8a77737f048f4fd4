/**
 * The proof of a fix, on throw-away databases that have the history and a few rows:
 *
 *   original    the history and the file as it was
 *   sequence    the history and the new files, run by the runner
 *   traced      the same, each statement watched
 *
 * Proved is what makes the same catalog and the same rows, and does no work on a table that was
 * there while its writers wait.
 */
import { Failure } from "../../failures/failure.ts";
import type { Migration, MigrationSet } from "../../migrations/migration.ts";
import { runSql } from "../../postgres/admin.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { resolveTarget } from "../../postgres/conninfo.ts";
import type { RunnerSettings } from "../../runner/options.ts";
import { up } from "../../runner/up.ts";
import { createDatabaseSql } from "../../sandbox/create-database.ts";
import type { HistorySandbox } from "../../trace/history-sandbox.ts";
import { type CompareOptions, differencesBetween } from "./compare.ts";
import { divide, watch, workText } from "./long-work.ts";
import { seedRows, type TableName } from "./seed.ts";

export interface Claim extends Pick<CompareOptions, "random" | "adds"> {
  readonly history: readonly Migration[];
  readonly original: Migration;
  /** What takes its place, in order. */
  readonly sequence: readonly Migration[];
  /** Ids of those that a recipe wrote; in the others stands what the original does, too. */
  readonly planned: ReadonlySet<string>;
  /** What the statements lock: gets rows. */
  readonly tables: readonly TableName[];
}

export interface ProofContext {
  /** Has the claim's history. */
  readonly sandbox: HistorySandbox;
  readonly set: MigrationSet;
  readonly settings: RunnerSettings;
  readonly signal: AbortSignal;
}

export interface Proof {
  readonly proved: boolean;
  /** Why not. */
  readonly against: readonly string[];
  /** What was left out of it. */
  readonly notes: readonly string[];
}

export async function prove(claim: Claim, context: ProofContext): Promise<Proof> {
  const withRows = await attempt(claim, context, true);
  if (withRows.ran) return withRows.proof;
  // The rows may be what the original does not bear.
  const { proof, ran } = await attempt(claim, context, false);
  const note = `Compared without rows: with some, ${withRows.proof.against[0]}`;
  return ran ? { ...proof, notes: [...proof.notes, note] } : proof;
}

interface Attempt {
  /** Whether the original ran to its end: only then there is something to compare with. */
  readonly ran: boolean;
  readonly proof: Proof;
}

async function attempt(claim: Claim, context: ProofContext, rows: boolean): Promise<Attempt> {
  const { sandbox, settings } = context;
  const seeded = await cloneOf(sandbox, "app");
  const notes = rows ? await seedRows(seeded.url, claim.tables) : [];
  const existing = await relationsIn(seeded.url);
  const [original, sequence, traced, tracedOriginal] = [
    await cloneOf(sandbox, seeded.name),
    await cloneOf(sandbox, seeded.name),
    await cloneOf(sandbox, seeded.name),
    await cloneOf(sandbox, seeded.name),
  ];
  const refused = (ran: boolean, against: string): Attempt => ({
    ran,
    proof: { proved: false, against: [against], notes },
  });
  try {
    const whyNot = await runFiles(original.url, [...claim.history, claim.original], context);
    if (whyNot !== undefined)
      return refused(false, `the original itself fails on the sandbox: ${whyNot}`);
    const whyNew = await runFiles(sequence.url, [...claim.history, ...claim.sequence], context);
    if (whyNew !== undefined) return refused(true, `the new files fail on the sandbox: ${whyNew}`);
    const { historySchema } = settings;
    const seen = await watch(traced.url, claim.sequence, existing, context);
    const known = seen.work.every(({ migration }) => claim.planned.has(migration))
      ? []
      : (await watch(tracedOriginal.url, [claim.original], existing, context)).work;
    const { fresh, same } = divide(seen.work, known, claim.planned);
    const against = [
      ...(await differencesBetween(original.url, sequence.url, { ...claim, historySchema })),
      ...seen.failures,
      ...fresh.map(workText),
    ];
    const left = same.map((work) => `As before, and not part of the fix: ${workText(work)}.`);
    return {
      ran: true,
      proof: { proved: against.length === 0, against, notes: [...notes, ...left] },
    };
  } finally {
    await runSql(
      sandbox.server.url(),
      ...[original, sequence, traced, tracedOriginal, seeded].map(
        ({ name }) => `drop database ${quoteIdent(name)} with (force)`,
      ),
    );
  }
}

let clones = 0;

async function cloneOf(
  { server }: HistorySandbox,
  template: string,
): Promise<{ readonly name: string; readonly url: string }> {
  const name = `fix_${++clones}`;
  await runSql(server.url(), createDatabaseSql(name, template, server.version));
  return { name, url: server.url(name) };
}

/** Why they do not run; undefined: they do. */
async function runFiles(
  url: string,
  migrations: readonly Migration[],
  { set, settings, signal }: ProofContext,
): Promise<string | undefined> {
  try {
    await up(
      {
        target: await resolveTarget({ url, env: {} }),
        source: () => Promise.resolve({ ...set, migrations }),
        settings: {
          ...settings,
          strict: false,
          outOfOrder: "allow",
          contract: { guard: "off" },
          care: {},
        },
        signal,
      },
      {},
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.class === "interrupted" || error.class === "terminated") throw error;
    return error.what;
  }
}

/** As people write them. */
async function relationsIn(url: string): Promise<Set<string>> {
  const [rows = []] = await runSql(
    url,
    `select case when n.nspname = 'public' then c.relname else n.nspname || '.' || c.relname end as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`,
  );
  return new Set(rows.map(({ name }) => String(name)));
}
