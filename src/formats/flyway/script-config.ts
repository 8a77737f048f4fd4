/** The settings of one script, in `<file>.conf` beside it. */
import type { Problems } from "../../migrations/problems.ts";
import type { FolderFile } from "../folder.ts";
import type { ReadInput } from "../format.ts";
import { parseConf } from "./config-file.ts";

export interface ScriptConfig {
  readonly executeInTransaction?: boolean;
  readonly placeholderReplacement?: boolean;
}

/** By the absolute path of the script. */
export function scriptConfigs({ folder, problems }: ReadInput): Map<string, ScriptConfig> {
  const configs = new Map<string, ScriptConfig>();
  const all = folder.listAll();
  const scripts = new Set(all.map(({ absolutePath }) => absolutePath));
  for (const file of all) {
    const script = /^(.+)\.conf$/.exec(file.absolutePath)?.[1];
    if (script === undefined || !scripts.has(script)) continue;
    configs.set(script, readConfig(file, folder.read(file, problems), problems));
  }
  return configs;
}

function readConfig(file: FolderFile, bytes: Buffer | undefined, problems: Problems): ScriptConfig {
  const { values, unclear } = parseConf(bytes?.toString("utf8") ?? "");
  const refuse = (line: number, what: string, action: string): void => {
    const location = { file: file.path, line, column: 1 };
    problems.addFile("file.invalid", file.path, what, action, { location });
  };
  let config: ScriptConfig = {};
  for (const { line, text } of unclear) {
    refuse(line, `\`${text}\` in \`${file.path}\` cannot be read.`, "Write it as `key=value`.");
  }
  for (const { key, value, line } of values) {
    const written = `\`${key}=${value}\` in \`${file.path}\``;
    if (key === "executeInTransaction" && /^(?:true|false)$/i.test(value)) {
      config = { ...config, executeInTransaction: value.toLowerCase() === "true" };
    } else if (key === "placeholderReplacement" && /^(?:true|false)$/i.test(value)) {
      config = { ...config, placeholderReplacement: value.toLowerCase() === "true" };
    } else if (key === "shouldExecute") {
      refuse(
        line,
        `${written} belongs to Flyway Teams and is not evaluated here.`,
        "Remove it, and put the condition into the SQL.",
      );
    } else if (key === "encoding") {
      if (!/^utf-?8$/i.test(value)) {
        refuse(line, `${written} is not UTF-8.`, "Convert the script to UTF-8, and remove it.");
      }
    } else {
      refuse(line, `${written} is not known here.`, "Remove it.");
    }
  }
  return config;
}
