/**
 * After `lockstep convert`: what is applied under the versions of the old folder gets those of the
 * new one, in one transaction under the run lock. Each database once; again is nothing to do.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failures/failure.ts";
import type { History, HistoryRow } from "../history/read.ts";
import { renameApplied } from "../history/write.ts";
import { changeHistory } from "../runner/change-history.ts";
import type { Reason, RunnerOptions } from "../runner/options.ts";
import { createContext } from "../runner/run-context.ts";

/** Hidden, so that it is no migration. */
export const MAPPING_FILE = ".lockstep-converted.json";

export interface Mapping {
  /** The id of the format of the old folder. */
  readonly from: string;
  readonly migrations: readonly MappedMigration[];
}

export interface MappedMigration {
  readonly before: { readonly version: string | null; readonly name: string };
  readonly checksumBefore: string;
  readonly version: string | null;
  readonly name: string;
  readonly checksum: string;
}

/** Of the first folder that has one. */
export function readMapping(dirs: readonly string[]): Mapping | undefined {
  for (const dir of dirs) {
    const file = join(dir, MAPPING_FILE);
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch {
      continue;
    }
    try {
      return JSON.parse(text) as Mapping;
    } catch (cause) {
      throw new Failure({
        class: "file.invalid",
        what: `${file} is not JSON.`,
        action: "Bring it back from version control.",
        cause,
      });
    }
  }
  return undefined;
}

export interface MappedResult {
  readonly from: string;
  /** How many rows have new versions; 0: they had them already. */
  readonly renamed: number;
}

export async function renameHistory(
  options: RunnerOptions,
  mapping: Mapping,
  reason: Reason,
): Promise<MappedResult> {
  const ctx = createContext("adopt", options);
  return changeHistory<MappedResult>(ctx, {
    action: "convert",
    reason,
    fingerprint: false,
    decide(history) {
      const changes = inTwoSteps(changesOf(mapping, history), history);
      return {
        writes: changes.map(({ row, to }) => ({
          item: renameApplied(ctx.names, row, to),
          tag: "UPDATE 1",
          migration: to.version === null ? `R__${to.name}` : `${to.version}_${to.name}`,
          detail: { from: row, checksum: to.checksum },
        })),
        applied: [],
        remaining: 0,
        result: { from: mapping.from, renamed: changes.filter(({ passing }) => !passing).length },
      };
    },
  });
}

interface RenamedRow {
  readonly row: Pick<HistoryRow, "version" | "name" | "checksum">;
  readonly to: Pick<MappedMigration, "version" | "name" | "checksum">;
  /** On the way to its version: another row has that one still. */
  readonly passing?: true;
}

/** Versions are unique at every moment, so where old and new ones overlap all step aside first. */
function inTwoSteps(changes: readonly RenamedRow[], history: History): readonly RenamedRow[] {
  const taken = new Set(history.rows.flatMap(({ version }) => version ?? []));
  const overlap = changes.some(
    ({ row, to }) => to.version !== row.version && taken.has(to.version!),
  );
  if (!overlap) return changes;
  const aside = (version: string | null): string | null =>
    version === null ? null : `~${version}`;
  return [
    ...changes
      .filter(({ row }) => row.version !== null)
      .map(({ row }): RenamedRow => {
        const checksum = row.checksum ?? "";
        return {
          row,
          to: { version: aside(row.version), name: row.name, checksum },
          passing: true,
        };
      }),
    ...changes.map(({ row, to }) => ({ row: { ...row, version: aside(row.version) }, to })),
  ];
}

function changesOf({ migrations }: Mapping, history: History): readonly RenamedRow[] {
  const done = new Set(
    migrations.map(({ version, name, checksum }) => keyOf(version, name, checksum)),
  );
  const byBefore = new Map(
    migrations.map((one) => [one.before.version ?? `R__${one.before.name}`, one]),
  );
  return history.rows.flatMap((row) => {
    if (done.has(keyOf(row.version, row.name, row.checksum ?? ""))) return [];
    const to = byBefore.get(row.version ?? `R__${row.name}`);
    if (to === undefined) return [];
    if (row.checksum !== null && row.checksum !== to.checksumBefore) throw edited(row);
    return [{ row, to }];
  });
}

function keyOf(version: string | null, name: string, checksum: string): string {
  return `${version ?? ""}\n${name}\n${checksum}`;
}

function edited({ version, name }: HistoryRow): Failure {
  return new Failure({
    class: "history.checksum",
    migration: version ?? `R__${name}`,
    what: `What is applied as \`${version ?? name}\` is not the file that was converted.`,
    action:
      "Convert the folder whose files are applied in this database, or run `lockstep repair` in the old folder first.",
  });
}
