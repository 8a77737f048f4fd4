/**
 * What a replayed history is remembered by. Equal keys mean: the same statements ran, on the same
 * server, with the same settings. There is one key for each beginning of the history, so that a
 * history that has grown goes on from where an earlier trace has stopped.
 */
import { createHash } from "node:crypto";
import type { Migration } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { Preparer } from "../runner/prepare.ts";
import { TOOL_VERSION } from "../version.ts";

export interface KeyContext {
  /** Of the binaries. */
  readonly packageVersion: string;
  readonly database: string;
  readonly format: string;
  readonly settings: RunnerSettings;
}

/** The key of the first `n` migrations is at place `n - 1`. */
export async function historyKeys(
  history: readonly Migration[],
  context: KeyContext,
  preparer: Preparer,
): Promise<readonly string[]> {
  const { packageVersion, database, format, settings } = context;
  const { searchPath, placeholders, historySchema, historyPrefix, historyView } = settings;
  let key = digest([
    TOOL_VERSION,
    packageVersion,
    database,
    format,
    JSON.stringify([searchPath, placeholders, historySchema, historyPrefix, historyView]),
  ]);
  const keys: string[] = [];
  for (const migration of history) {
    key = digest([key, migration.id, ...(await contentOf(migration, preparer))]);
    keys.push(key);
  }
  return keys;
}

/** What a template or a builder of another tool makes may depend on more than the file's bytes. */
async function contentOf(migration: Migration, preparer: Preparer): Promise<string[]> {
  const { reading, checksum, bytes, path } = migration.up;
  const made = reading?.rewrite !== undefined || reading?.generate !== undefined;
  const { range, transaction } = reading ?? {};
  const content = [checksum, path, JSON.stringify([range, transaction])];
  if (!made) return [...content, createHash("sha256").update(bytes).digest("hex")];
  const parsed = await preparer.parse(migration.up);
  return [...content, ...parsed.statements.map(({ text }) => text), parsed.opaque?.text ?? ""];
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
