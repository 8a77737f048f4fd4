/** Files and history rows in one line each, for the tests of what is decided from them. */
import type { History, HistoryRow } from "../history/read.ts";
import { NO_HISTORY } from "../history/read.ts";
import { migrationsFromData } from "../migrations/from-data.ts";
import type { Migration } from "../migrations/migration.ts";

/**
 * `files("1", "R view", "7 edited")`: versions with the name `m`, or repeatables. A second word
 * after a version (or a third one after a repeatable's name) is other content.
 */
export function files(...specs: readonly string[]): Migration[] {
  return migrationsFromData(
    specs.map((spec) => {
      const { version, name, content } = read(spec);
      return {
        name: version === null ? `R__${name}.sql` : `${version}_m.sql`,
        sql: `select 1; -- ${content}`,
      };
    }),
  );
}

/** The history after exactly these were applied; `5 baseline` is a baseline row. */
export function applied(...specs: readonly string[]): History {
  return { ...NO_HISTORY, exists: true, layout: 1, epoch: "1", rows: specs.map(rowOf) };
}

/** The row that applying a migration writes. */
export function rowAfter(migration: Migration): HistoryRow {
  return {
    kind: migration.kind,
    version: migration.version ?? null,
    name: migration.name,
    checksum: migration.up.checksum,
    origin: "native",
    runId: "run-1",
  };
}

function rowOf(spec: string): HistoryRow {
  const { version, name, content } = read(spec);
  if (content === "baseline") {
    const row = { version, name: "baseline", checksum: null, origin: "baseline", runId: "run-0" };
    return { kind: "baseline", ...row };
  }
  const [migration] = files(spec);
  const row = rowAfter(migration!);
  if (content === "unknown") return { ...row, checksum: null };
  return { ...row, name: version === null ? name : "m" };
}

function read(spec: string): { version: string | null; name: string; content: string } {
  const [first = "", second = "", third = ""] = spec.split(" ");
  if (first === "R") return { version: null, name: second, content: third };
  return { version: first, name: "m", content: second };
}
