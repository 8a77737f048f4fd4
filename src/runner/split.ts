/**
 * `lockstep split <file>`: the files that a refused migration should have been. Only for a file
 * that no database knows yet: the history is asked, in a read-only transaction.
 *
 * The first part keeps the version, the others get the versions right behind it. A part never takes
 * or passes the next version that exists, because the order of the others must not change.
 */
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import type { Migration, Version } from "../migrations/migration.ts";
import { compareVersions } from "../migrations/version.ts";
import { splitMixed, type SplitPart } from "../sql/split-mixed.ts";
import { decideTransaction } from "../sql/transaction-mode.ts";
import type { ParsedFile } from "../sql/statement.ts";
import type { RunnerOptions } from "./options.ts";
import { Preparer } from "./prepare.ts";
import { readOnly } from "./read-only.ts";
import { createContext, type RunContext } from "./run-context.ts";
import { findSqlFile, type SplitSource } from "./split-source.ts";
import { replaceFiles } from "./replace-files.ts";
import { namesBehind } from "./version-room.ts";

export interface SplitResult {
  /** Paths as shown to people, and whole texts, in the order in which they run. */
  readonly files: readonly SplitFile[];
}

export interface SplitFile {
  readonly path: string;
  readonly text: string;
}

/** Without `write` nothing on disk changes. */
export async function split(
  options: RunnerOptions,
  file: string,
  { write }: { readonly write: boolean },
): Promise<SplitResult> {
  const ctx = createContext("split", options);
  const { migrations } = await options.source();
  const source = findSqlFile(migrations, file);
  const { history, serverVersion } = await lookAtHistory(ctx, source);
  refuseKnown(source.migration, history);
  const { placeholders } = ctx.settings;
  const preparer = new Preparer({ serverVersion, ...(placeholders && { placeholders }) });
  const parts = partsOf(source, await preparer.parse(source.migration.up), serverVersion);
  const taken = [
    ...migrations.flatMap(({ version }) => version ?? []),
    ...history.rows.flatMap(({ version }) => (version === null ? [] : (version as Version))),
  ];
  const ids = namesBehind(
    source,
    parts.map(({ suffix }) => suffix),
    taken,
  );
  const files = parts.map(({ text }, index) => ({
    path: `${source.folder}${ids[index]}${source.ending}`,
    text,
  }));
  const down = source.migration.down;
  if (down) {
    files.push({
      path: `${source.folder}${ids.at(-1)}.down.sql`,
      text: down.bytes.toString("utf8"),
    });
    ctx.warn(
      "split",
      `\`${down.path}\` takes back the whole file, so it goes with the last part; the parts before it have no down migration. Divide it by hand where each part should be reverted by itself.`,
      source.migration.id,
    );
  }
  if (write) await replaceFiles(source.migration, files);
  return { files };
}

async function lookAtHistory(
  ctx: RunContext,
  { migration }: SplitSource,
): Promise<{ history: History; serverVersion: number }> {
  try {
    return await readOnly(ctx, "repeatable read", ({ history, facts }) =>
      Promise.resolve({ history, serverVersion: facts.version }),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const why = `Only a file that is not applied may be split, so \`lockstep split\` has to ask the database about \`${migration.id}\`.`;
    throw error.with({ notes: [...error.notes, why] });
  }
}

function refuseKnown({ id, version }: Migration, history: History): void {
  const below = (row: { version: string | null; kind: string }): boolean =>
    row.kind === "baseline" && compareVersions(version!, row.version as Version) < 0;
  const isApplied = history.rows.some((row) => row.version === version || below(row));
  const isBegun = history.journal.some((row) => row.migration === id);
  if (!isApplied && !isBegun) return;
  throw refused(
    isApplied
      ? `\`${id}\` is applied already, so it cannot be split.`
      : `\`${id}\` was begun and not finished, so it cannot be split now.`,
    isApplied
      ? "Leave the file as it is: the history has its checksum."
      : "Run `lockstep up`, which recovers it.",
  );
}

function partsOf(
  { migration }: SplitSource,
  parsed: ParsedFile,
  serverVersion: number,
): readonly SplitPart[] {
  if (parsed.opaque) {
    throw refused(
      `\`${migration.up.path}\` cannot be split: the parser cannot read line ${parsed.opaque.line} (${parsed.opaque.reason}).`,
      "Divide the file by hand.",
    );
  }
  const parts = splitMixed(parsed, migration.up.bytes, { serverVersion });
  if (parts.length < 2 || runsAsItIs(parsed, serverVersion)) {
    throw refused(
      `\`${migration.up.path}\` has no parts that need files of their own.`,
      "Leave the file as it is; `lockstep plan` shows how it runs.",
    );
  }
  return parts;
}

function runsAsItIs(parsed: ParsedFile, serverVersion: number): boolean {
  try {
    decideTransaction(parsed, { serverVersion });
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function refused(what: string, action: string): Failure {
  return new Failure({
    class: "usage",
    what,
    state: "Nothing was changed.",
    action,
    exit: "invalid",
  });
}
