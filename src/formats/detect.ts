/** Which format a folder has, from what the formats find in it. */
import { Failure } from "../failures/failure.ts";
import type { Folder } from "./folder.ts";
import type { Evidence, Format } from "./format.ts";
import { FORMATS } from "./registry.ts";

interface Found {
  readonly format: Format;
  readonly evidence: Evidence;
}

/**
 * Undefined: no sign of another tool. A sure sign wins over names; two sure signs of different
 * tools are an error, because each would leave out or misread what belongs to the other. Where only
 * names speak, the formats that share them read such a folder the same way, and the first is taken.
 */
export function detectFormat(folder: Folder): Format | undefined {
  const found = FORMATS.flatMap((format): Found[] => {
    const evidence = format.detect(folder);
    return evidence ? [{ format, evidence }] : [];
  });
  const sure = found.filter(({ evidence }) => evidence.strength === "sure");
  if (sure.length > 1) throw ambiguous(folder, sure);
  return (sure[0] ?? found[0])?.format;
}

function ambiguous(folder: Folder, found: readonly Found[]): Failure {
  const names = found.map(({ format }) => format.title);
  return new Failure({
    class: "file.format",
    what: `The folder ${folder.shown} has signs of ${names.slice(0, -1).join(", ")} and of ${names.at(-1)}.`,
    action: `Name the right one with \`--format\` (${found.map(({ format }) => format.id).join(" or ")}), or move the other tool's files out of the folder.`,
    notes: found.map(({ format, evidence }) => `${format.title}: ${evidence.sign}.`),
  });
}
