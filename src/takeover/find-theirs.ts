/**
 * Which other tool's history is meant: the one that is asked for, that of the folder's format, or
 * the only one that is in the database.
 */
import { Failure } from "../failures/failure.ts";
import type { Format } from "../formats/format.ts";
import type { ForeignTable, HistoryDatabase } from "../formats/history.ts";
import { formatNamed } from "../formats/read-foreign.ts";
import { FORMATS } from "../formats/registry.ts";
import { qualified } from "../postgres/identifiers.ts";

export interface Wanted {
  /** The id of a format. */
  readonly from?: string;
  /** `schema.name`, as typed. */
  readonly table?: string;
  /** The format of the folder, `native` where it shows no other. */
  readonly folderFormat: string;
}

export interface Theirs {
  readonly format: Format;
  readonly history: NonNullable<Format["history"]>;
  readonly table: ForeignTable;
}

export async function findTheirs(db: HistoryDatabase, wanted: Wanted): Promise<Theirs> {
  const candidates = candidatesOf(wanted);
  const found: Theirs[] = [];
  for (const format of candidates) {
    const { history } = format;
    if (!history) continue;
    for (const table of await history.find(db)) {
      // Two versions of one tool may both know a table; the older form of the folder is listed first.
      if (!found.some((one) => shown(one.table) === shown(table))) {
        found.push({ format, history, table });
      }
    }
  }
  const chosen =
    wanted.table === undefined ? found : found.filter(({ table }) => isNamed(table, wanted.table!));
  const [first, ...others] = chosen;
  if (first === undefined) throw noHistory(wanted, candidates, found);
  if (others.length > 0) throw ambiguous(chosen);
  return first;
}

function candidatesOf({ from, folderFormat }: Wanted): readonly Format[] {
  const id = from ?? (folderFormat === "native" ? undefined : folderFormat);
  if (id === undefined) return FORMATS;
  const format = formatNamed(id);
  if (format.history) return [format];
  throw new Failure({
    class: "adopt.none",
    what: `${format.title} keeps no history, so there is nothing to adopt.`,
    action:
      "Run `lockstep up` on a new database; on an existing one, `lockstep baseline <version>`.",
  });
}

function isNamed({ schema, name }: ForeignTable, text: string): boolean {
  return text === `${schema}.${name}` || text === name || text === qualified(schema, name);
}

function noHistory(
  { from, table }: Wanted,
  candidates: readonly Format[],
  found: readonly Theirs[],
): Failure {
  const [only] = candidates;
  const tool = candidates.length === 1 && only ? only.title : "another tool";
  const usual =
    candidates.length === 1 && only?.history
      ? ` Its usual place is \`${shown(only.history.defaultTable)}\`.`
      : "";
  return new Failure({
    class: "adopt.none",
    what:
      table === undefined
        ? `The database has no history of ${tool}.${usual}`
        : `\`${table}\` is no history of ${from === undefined ? "a known tool" : tool}.`,
    notes: found.map((one) => `Found: ${one.format.title} in \`${shown(one.table)}\`.`),
  });
}

function ambiguous(found: readonly Theirs[]): Failure {
  const tools = new Set(found.map(({ format }) => format.id));
  return new Failure({
    class: "adopt.ambiguous",
    what: `The database has ${found.length} histories of other tools.`,
    notes: found.map(({ format, table }) =>
      tools.size > 1
        ? `${format.title}: \`${shown(table)}\` (\`--from ${format.id}\`).`
        : `${format.title}: \`${shown(table)}\` (\`--table ${shown(table)}\`).`,
    ),
  });
}

export function shown({ schema, name }: ForeignTable): string {
  return `${schema}.${name}`;
}
