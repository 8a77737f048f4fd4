/** Two databases of a sandbox, compared by what the fingerprint of a schema is made of. */
import { catalogLines } from "./fingerprint.ts";
import { runSql } from "../postgres/admin.ts";

export interface Differences {
  /** As `relation app.users …`, sorted. */
  readonly onlyLeft: readonly string[];
  readonly onlyRight: readonly string[];
}

export async function compareSchemas(
  left: string,
  right: string,
  historySchema: string,
): Promise<Differences> {
  const [ofLeft, ofRight] = await Promise.all([
    linesOf(left, historySchema),
    linesOf(right, historySchema),
  ]);
  return {
    onlyLeft: ofLeft.filter((line) => !ofRight.includes(line)),
    onlyRight: ofRight.filter((line) => !ofLeft.includes(line)),
  };
}

async function linesOf(url: string, historySchema: string): Promise<readonly string[]> {
  // Definitions are printed relative to the search_path.
  const [, rows] = await runSql(url, "set search_path = ''", catalogLines(historySchema, ""));
  return (rows ?? []).map(({ line }) => String(line)).toSorted();
}

/** For messages: the first few, cut short. */
export function describeDifferences(
  { onlyLeft, onlyRight }: Differences,
  names: { readonly left: string; readonly right: string },
): string[] {
  const some = (lines: readonly string[], name: string): string[] => [
    ...lines.slice(0, 10).map((line) => `Only ${name}: ${line.replaceAll("|", " ").slice(0, 200)}`),
    ...(lines.length > 10 ? [`Only ${name}: ${lines.length - 10} more.`] : []),
  ];
  return [...some(onlyLeft, names.left), ...some(onlyRight, names.right)];
}
