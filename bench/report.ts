/** Sections of the report: Markdown, printed as it is and written between the markers of README.md. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The first column is text, columns of numbers are aligned to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const numeric = head.map((_, at) =>
    rows.every((row) => row[at] === "" || /^[\d.,]+$/.test(row[at] ?? "")),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (numeric[at] ? "--:" : "---"))), ...rows.map(line)];
}

/** One target and whether it is met, both said in numbers. */
export function verdict(what: string, value: number, most: number, unit = ""): string {
  const digits = unit === "" ? 2 : 0;
  const met = value <= most ? "met" : "**missed**";
  return `- ${what}: **${value.toFixed(digits)}${unit}**, target at most ${most}${unit}: ${met}`;
}

export function render(sections: readonly Section[]): string {
  return sections.map(({ title, lines }) => `### ${title}\n\n${lines.join("\n")}\n`).join("\n");
}

const README = join(import.meta.dirname, "README.md");
const BEGIN = "<!-- results: begin -->";
const END = "<!-- results: end -->";

export async function writeReadme(results: string): Promise<void> {
  const text = await readFile(README, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`bench/README.md needs the lines ${BEGIN} and ${END}`);
  }
  await writeFile(README, `${before}${BEGIN}\n\n${results}\n${END}${after}`);
}
