/** The `-- atlas:name value` comments at the top of a file or of a section of it. */
import type { Problems } from "../../migrations/problems.ts";
import { literalPattern } from "../separators.ts";

export interface AtlasDirective {
  readonly name: string;
  readonly value: string;
}

const DIRECTIVE = /^(?:--|#)[ \t]*atlas:(\w+)(?: +([ -~]*))?/;

/**
 * Atlas wants an empty line between them and the first statement, and takes no notice of them
 * otherwise. Here they count in any case: nobody writes them to have no effect.
 */
export function atlasDirectives(text: string): AtlasDirective[] {
  const found: AtlasDirective[] = [];
  let start = text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
  for (;;) {
    const newline = text.indexOf("\n", start);
    const line = text.slice(start, newline < 0 ? undefined : newline);
    const directive = DIRECTIVE.exec(line);
    if (directive) found.push({ name: directive[1]!, value: directive[2] ?? "" });
    else if (!/^(?:--|#|\s*$)/.test(line)) return found;
    if (newline < 0) return found;
    start = newline + 1;
  }
}

export function hasDirective(directives: readonly AtlasDirective[], name: string): boolean {
  return directives.some((one) => one.name === name);
}

export function isWithoutTransaction(
  path: string,
  directives: readonly AtlasDirective[],
  problems: Problems,
): boolean {
  let without = false;
  for (const { name, value } of directives) {
    if (name !== "txmode") continue;
    const mode = value.trim();
    without = mode === "none";
    if (["none", "file", "all"].includes(mode)) continue;
    problems.addFile(
      "file.invalid",
      path,
      `\`${path}\` has \`atlas:txmode ${mode}\`, which is not a mode.`,
      "Write `none` or `file`.",
    );
  }
  return without;
}

/** Undefined: statements end with semicolons. */
export function delimiterOf(directives: readonly AtlasDirective[]): RegExp | undefined {
  const written = directives.find(({ name }) => name === "delimiter")?.value;
  if (written === undefined || written === "" || written === ";") return undefined;
  const text = written.replaceAll("\\n", "\n").replaceAll("\\r", "\r").replaceAll("\\t", "\t");
  return literalPattern(text);
}
