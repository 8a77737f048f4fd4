/** Aligned columns; the last column is never padded, so that no line ends in blanks. */
import type { Paint } from "./paint.ts";
import { displayWidth, padEnd } from "./width.ts";

/** Lines of a table with a dim heading; cells may carry colours. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const widths = columnWidths([headings, ...rows]);
  return [paint.dim(joinCells(headings, widths)), ...rows.map((row) => joinCells(row, widths))];
}

/** The same without a heading. */
export function renderColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => joinCells(row, widths));
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
    });
  }
  return widths;
}

function joinCells(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, index) =>
    index === row.length - 1 ? cell : padEnd(cell, widths[index] ?? 0),
  );
  return cells.join("  ").trimEnd();
}
