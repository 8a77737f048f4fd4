/**
 * The statements: test/accuracy/<set>/<topic>.sql. They are written from what PostgreSQL can do,
 * without a look at the rules, and what is true of them is measured (truth.ts). A case that lint gets
 * wrong stays.
 *
 * A file is read by its lines that begin with three dashes:
 *
 *   --- setup         what the history holds; for all cases down to the next setup
 *   --- <name>        a case: the text up to the next such line is the migration
 *   --- when          what stood above it in this case belongs to the history, too
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface AccuracyCase {
  /** `topic/name`. */
  readonly id: string;
  /** What earlier migrations have done. */
  readonly history: string;
  /** The migration that is judged. */
  readonly sql: string;
}

/** `cases` has made lint better; `unseen` was written when lint was done, without a look at it. */
export const CASE_SETS = ["cases", "unseen"] as const;
export type CaseSet = (typeof CASE_SETS)[number];

export function readCases(set: CaseSet): readonly AccuracyCase[] {
  const folder = join(import.meta.dirname, set);
  const cases = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .flatMap((file) => parseCases(file.slice(0, -4), readFileSync(join(folder, file), "utf8")));
  const ids = cases.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) throw new Error(`two cases have one name: ${twice.join(", ")}`);
  return cases;
}

export function parseCases(topic: string, text: string): AccuracyCase[] {
  const cases: AccuracyCase[] = [];
  let setup = "";
  for (const section of text.split(/^--- /m).slice(1)) {
    const line = section.indexOf("\n");
    const title = section.slice(0, line).trim();
    const sql = section.slice(line + 1).trim();
    if (title === "setup") {
      setup = sql;
    } else if (title === "when") {
      const last = cases.pop();
      if (last === undefined) throw new Error(`${topic}: \`when\` stands outside of a case`);
      cases.push({ ...last, history: `${last.history}\n${last.sql}`, sql });
    } else {
      cases.push({ id: `${topic}/${title}`, history: setup, sql });
    }
  }
  return cases;
}
