/** Text in lines that a terminal shows whole. */
import { displayWidth } from "../../failures/display-width.ts";

/** Breaks at spaces; a word that is longer than a line is left whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    let used = 0;
    for (const word of paragraph.split(/[ \t]+/).filter((part) => part !== "")) {
      const wide = displayWidth(word);
      if (line !== "" && used + 1 + wide > width) {
        lines.push(line);
        line = "";
        used = 0;
      }
      line = line === "" ? word : `${line} ${word}`;
      used += wide + (used === 0 ? 0 : 1);
    }
    lines.push(line);
  }
  return lines;
}
