/**
 * What Flyway's own configuration says about a folder: `flyway.conf` and `flyway.toml` beside it or
 * one folder above, and the variables `FLYWAY_…`, which win. Settings that would make Flyway run
 * something else than we do are refused by name.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { showPath } from "../../migrations/discover.ts";
import type { ReadInput } from "../format.ts";
import { parseConf, parseToml } from "./config-file.ts";
import type { Naming } from "./names.ts";
import type { PlaceholderMarks } from "./placeholders.ts";

export interface FlywaySettings {
  readonly naming: Naming;
  readonly marks: PlaceholderMarks;
  readonly placeholderReplacement: boolean;
  /** From its configuration and its variables, not yet ours. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** The schema that Flyway makes and puts first into the search_path; undefined: it does neither. */
  readonly schema?: string;
  readonly executeInTransaction: boolean;
  /** Folders to be read, absolute; undefined: the configuration names none. */
  readonly locations?: readonly Location[];
}

export interface Location {
  readonly path: string;
  readonly written: string;
  readonly config: string;
}

interface Value {
  readonly value: string;
  /** The file, as shown to people, and its line; undefined: a variable. */
  readonly file?: { readonly shown: string; readonly folder: string; readonly line: number };
}

type Values = Map<string, Value>;

/** What has no counterpart here, and what to do instead. */
const REFUSED: Readonly<Record<string, { when?: RegExp; action: string }>> = {
  target: { when: /^(?!latest$)/i, action: "Remove it, and run `lockstep up --to <version>`." },
  cherryPick: { action: "Remove it: the migrations of the folder run in their order." },
  initSql: { action: "Remove it, and write what it does into the migrations that need it." },
  skipExecutingMigrations: { when: /^true$/i, action: "Remove it, and use `lockstep baseline`." },
  resolvers: { action: "Remove it: Java code cannot be run here." },
  callbacks: { action: "Remove it: Java code cannot be run here." },
  javaMigrations: { action: "Remove it: Java code cannot be run here." },
  encoding: { when: /^(?!utf-?8$)/i, action: "Convert the files to UTF-8, and remove it." },
  shouldExecute: { action: "Remove it: it belongs to Flyway Teams and is not evaluated here." },
};

export function readSettings(input: ReadInput): FlywaySettings {
  const values = readValues(input);
  refuse(values, input);
  const known = new Map<string, string>();
  const text = (key: string): string | undefined => {
    const value = values.get(key);
    if (value === undefined) return undefined;
    if (!known.has(key)) known.set(key, expanded(key, value, input));
    return known.get(key);
  };
  const list = (key: string): string[] =>
    (text(key) ?? "")
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== "");
  const suffixes = list("sqlMigrationSuffixes");
  const schema = text("defaultSchema") || list("schemas")[0];
  const locations = locationsOf(list("locations"), values.get("locations"), input);
  const placeholders = defaults(text, list, schema, input);
  for (const key of values.keys()) {
    if (key.startsWith("placeholders.")) {
      placeholders[key.slice("placeholders.".length)] = text(key)!;
    }
  }
  return {
    naming: {
      versioned: text("sqlMigrationPrefix") ?? "V",
      undo: text("undoSqlMigrationPrefix") ?? "U",
      baseline: text("baselineMigrationPrefix") ?? "B",
      repeatable: text("repeatableSqlMigrationPrefix") ?? "R",
      separator: text("sqlMigrationSeparator") || "__",
      suffixes: suffixes.length > 0 ? suffixes : [".sql"],
    },
    marks: {
      prefix: text("placeholderPrefix") || "${",
      suffix: text("placeholderSuffix") || "}",
    },
    placeholderReplacement: !/^false$/i.test(text("placeholderReplacement") ?? ""),
    executeInTransaction: !/^false$/i.test(text("executeInTransaction") ?? ""),
    placeholders,
    // `public` is where an ordinary role is anyway.
    ...(schema && schema !== "public" && { schema }),
    ...(locations && { locations }),
  };
}

/** As far as they are known without asking the database. */
function defaults(
  text: (key: string) => string | undefined,
  list: (key: string) => readonly string[],
  schema: string | undefined,
  { cwd }: ReadInput,
): Record<string, string> {
  const database = /^jdbc:postgresql:(?:\/\/[^/]*\/)?([^?]+)/.exec(text("url") ?? "")?.[1];
  const user = text("user");
  const at = `flyway${text("placeholderSeparator") ?? ":"}`;
  return {
    ...(schema && { [`${at}defaultSchema`]: schema }),
    ...(list("schemas").length > 0 && { [`${at}schemas`]: list("schemas").join(",") }),
    ...(user && { [`${at}user`]: user }),
    ...(database && { [`${at}database`]: database }),
    [`${at}timestamp`]: timestamp(new Date()),
    [`${at}table`]: text("table") ?? "flyway_schema_history",
    [`${at}workingDirectory`]: cwd,
  };
}

function readValues(input: ReadInput): Values {
  const { folder, env, problems, cwd } = input;
  const values: Values = new Map();
  const seen = new Set<string>();
  for (const place of folder.roots.flatMap((root) => [dirname(root), root])) {
    for (const name of ["flyway.conf", "flyway.toml"]) {
      const path = join(place, name);
      if (seen.has(path)) continue;
      seen.add(path);
      const text = textOf(path);
      if (text === undefined) continue;
      const shown = showPath(path, cwd);
      const { values: lines, unclear } = name.endsWith(".toml") ? parseToml(text) : parseConf(text);
      for (const { key, value, line } of lines) {
        values.set(key, { value, file: { shown, folder: place, line } });
      }
      for (const { line, text: written } of unclear) {
        problems.addFile(
          "file.invalid",
          shown,
          `\`${written}\` in \`${shown}\` cannot be read.`,
          "Write it as `key = value`, with a plain value.",
          { location: { file: shown, line, column: 1 } },
        );
      }
    }
  }
  for (const [name, value] of Object.entries(env)) {
    const rest = /^FLYWAY_([A-Z0-9_]+)$/.exec(name)?.[1]?.toLowerCase();
    if (rest === undefined || value === undefined) continue;
    const placeholder = /^placeholders_(.+)$/.exec(rest)?.[1];
    const key =
      placeholder === undefined
        ? rest.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
        : `placeholders.${placeholder}`;
    values.set(key, { value });
  }
  return values;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function refuse(values: Values, { problems, folder }: ReadInput): void {
  for (const [key, { value, file }] of values) {
    const rule = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
    if (rule === undefined || value === "" || rule.when?.test(value) === false) continue;
    const shown = file?.shown ?? folder.roots[0]!;
    problems.addFile(
      "file.invalid",
      shown,
      `\`${key}=${value}\`${file ? ` in \`${shown}\`` : " in the environment"} has no meaning here.`,
      rule.action,
      { location: { file: shown, line: file?.line ?? 1, column: 1 } },
    );
  }
}

/** `${NAME}` in its files, and `${env.NAME}` in the newer kind, is a variable. */
function expanded(key: string, { value, file }: Value, { env, problems }: ReadInput): string {
  if (file === undefined) return value;
  return value.replaceAll(/\$\{(?:env\.)?([A-Za-z_]\w*)\}/g, (_all, name: string) => {
    const found = env[name];
    if (found === undefined) {
      problems.addFile(
        "file.placeholder",
        file.shown,
        `\`${key}\` in \`${file.shown}\` needs the variable \`${name}\`, which is not set.`,
        `Set \`${name}\`.`,
        { location: { file: file.shown, line: file.line, column: 1 } },
      );
    }
    return found ?? "";
  });
}

function locationsOf(
  written: readonly string[],
  source: Value | undefined,
  { problems, cwd }: ReadInput,
): Location[] | undefined {
  const locations: Location[] = [];
  for (const one of written) {
    const path = /^filesystem:(.+)$/.exec(one)?.[1] ?? (one.includes(":") ? undefined : one);
    // `classpath:` says where the files are in a built program; the folder says where they are now.
    if (path === undefined || source === undefined) continue;
    const config = source.file?.shown ?? "FLYWAY_LOCATIONS";
    if (/[*?]/.test(path)) {
      problems.addFile(
        "file.invalid",
        config,
        `The location \`${one}\` in \`${config}\` has a wildcard.`,
        "Name its folders one by one.",
        { location: { file: config, line: source.file?.line ?? 1, column: 1 } },
      );
      continue;
    }
    locations.push({ path: join(source.file?.folder ?? cwd, path), written: one, config });
  }
  return locations.length > 0 ? locations : undefined;
}

function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
