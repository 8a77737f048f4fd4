/**
 * The values in `tern.conf`: an INI file whose `[data]` section is what the templates see. It is a
 * template itself, of which `{{ env "NAME" }}` is read.
 */
import type { Problems } from "../../migrations/problems.ts";

export function readTernConf(
  text: string,
  path: string,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): Record<string, string> {
  const values: Record<string, string> = {};
  let section = "";
  for (const [index, written] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = written.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header.trim();
      continue;
    }
    // How to connect is ours to know.
    if (section !== "data") continue;
    const location = { file: path, line: index + 1, column: 1 };
    const [, name, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      problems.addFile(
        "file.invalid",
        path,
        `\`${line}\` in \`${path}\` cannot be read.`,
        "Write it as `name = value`.",
        { location },
      );
      continue;
    }
    const filled = value.replaceAll(
      /\{\{-?\s*env\s+"([^"]+)"\s*-?\}\}/g,
      (all, variable: string) => env[variable] ?? all,
    );
    if (!filled.includes("{{")) values[name] = filled;
    else {
      problems.addFile(
        "file.placeholder",
        path,
        `The value of \`${name}\` in \`${path}\` has no value: \`${value}\`.`,
        'Set the variable that it names; only `{{ env "NAME" }}` is understood.',
        { location },
      );
    }
  }
  return values;
}
