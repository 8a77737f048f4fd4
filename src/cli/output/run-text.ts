/** The results of `baseline`, `repair`, `resolve`, `split`, `init` and `new` for people. */
import { oneLine, printable } from "./width.ts";
import { count } from "./words.ts";
import type { Paint } from "./paint.ts";

export interface Repaired {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** Checksums are long; ten characters tell two apart for a person, `--json` has them whole. */
export function renderRepaired(
  repaired: readonly Repaired[],
  done: boolean,
  paint: Paint,
): string[] {
  if (repaired.length === 0) {
    return [`${paint.green("✓")} No edited migration: every recorded checksum is the file's.`];
  }
  return [
    done
      ? `${paint.green("✓")} Accepted ${count(repaired.length, "edited migration")}:`
      : `${count(repaired.length, "edited migration")}:`,
    ...repaired.map((row) => `  ${row.id}: ${row.from.slice(0, 10)} → ${row.to.slice(0, 10)}`),
  ];
}

export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

export function renderSplit(
  files: readonly WrittenFile[],
  written: boolean,
  paint: Paint,
): string[] {
  if (written) {
    return files.map((file) => `${paint.green("✓")} wrote ${oneLine(file.path)}`);
  }
  return [
    ...files.flatMap((file) => [
      paint.cyan(`-- ${oneLine(file.path)}`),
      ...printable(file.text).trimEnd().split("\n"),
      "",
    ]),
    paint.bold(`${count(files.length, "file")}. Nothing is written; add --write to do it.`),
  ];
}
