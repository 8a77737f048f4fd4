/**
 * Flyway: `V1_2__name.sql`, `U1_2__name.sql` to undo it, `R__name.sql` that runs again when it
 * changes, and `B3__name.sql` that builds on an empty database what the versions up to 3 build. A
 * file may have settings of its own in `<file>.conf`; placeholders are replaced in all of them.
 */
import { checksumOf } from "../migrations/checksum.ts";
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import { compareVersions } from "../migrations/version.ts";
import { quoteIdent, quoteLiteral } from "../postgres/identifiers.ts";
import { replacePlaceholders, type PlaceholderSyntax } from "../sql/placeholders.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { byKey, findFiles, only, type Found } from "./flyway/files.ts";
import { flywayHistory, keyOf, type FlywayIdentity } from "./flyway/history.ts";
import { normalVersion, type RepeatableName, type VersionedName } from "./flyway/names.ts";
import { flywayChecksum, replacedText, syntaxOf } from "./flyway/placeholders.ts";
import { scriptConfigs, type ScriptConfig } from "./flyway/script-config.ts";
import { readSettings, type FlywaySettings } from "./flyway/settings.ts";
import { migrationFile, readSql } from "./sql-file.ts";

export const flyway: Format = {
  id: "flyway",
  title: "Flyway",
  order: "version",
  // Its `outOfOrder` is off unless it is asked for.
  outOfOrder: "refuse",
  detect,
  read,
  newFiles: ({ version, slug }) => [{ path: `V${version}__${slug}.sql`, content: "" }],
  history: flywayHistory,
};

const CONFIGS = ["flyway.conf", "flyway.toml"];
const VERSIONED = /^[VB][0-9]+(?:[._][0-9]+)*__.*\.sql$/;

function detect(folder: Folder): Evidence | undefined {
  const isOurs = ({ name }: FolderFile): boolean => VERSIONED.test(name);
  const { files, folders } = folder.list();
  const config = files.find(({ name }) => CONFIGS.includes(name));
  if (config) return { strength: "sure", sign: `\`${config.name}\`` };
  const file =
    files.find(isOurs) ?? (folders.length > 0 ? folder.listAll().find(isOurs) : undefined);
  if (file === undefined) return undefined;
  // Nobody else writes `V1__`, so that a folder with another tool's marker as well is no guess of ours.
  return { strength: "sure", sign: `the name \`${file.name}\`` };
}

function read(input: ReadInput): Migration[] {
  const settings = readSettings(input);
  const found = findFiles(input, settings);
  const byVersion = ({ version }: VersionedName): string => normalVersion(version);
  const versioned = byKey(only<VersionedName>(found, "versioned"), input, byVersion);
  const undo = byKey(only<VersionedName>(found, "undo"), input, byVersion);
  const scripts = byKey(only<VersionedName>(found, "baseline"), input, byVersion);
  const repeatable = byKey(
    only<RepeatableName>(found, "repeatable"),
    input,
    (name) => name.description,
  );

  const reader = new Reader(input, settings);
  const migrations: Migration[] = [];
  for (const [version, one] of versioned) {
    const down = undo.get(version);
    migrations.push(...reader.versioned(version as Version, one, down));
  }
  for (const [version, one] of scripts) {
    // Before every version that it does not replace, and after the last one that it does.
    migrations.push(...reader.versioned(`${version} (baseline)` as Version, one));
  }
  migrations.sort((a, b) => compareVersions(a.version!, b.version!));
  for (const [, one] of [...repeatable].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    migrations.push(...reader.repeatable(one));
  }
  return reader.withSchema(migrations);
}

class Reader {
  readonly #input: ReadInput;
  readonly #settings: FlywaySettings;
  readonly #syntax: PlaceholderSyntax;
  readonly #configs: ReadonlyMap<string, ScriptConfig>;

  constructor(input: ReadInput, settings: FlywaySettings) {
    this.#input = input;
    this.#settings = settings;
    this.#syntax = syntaxOf(settings.marks);
    this.#configs = scriptConfigs(input);
  }

  versioned(version: Version, one: Found<VersionedName>, undo?: Found<VersionedName>): Migration[] {
    const { named } = one;
    const up = this.#file(one);
    const down = undo && this.#file(undo);
    if (up === undefined) return [];
    return [
      {
        kind: "versioned",
        language: "sql",
        version,
        name: named.description.replaceAll(" ", "_"),
        id: named.stem,
        up,
        ...(down && { down }),
        ...(named.kind === "baseline" && { baseline: true }),
        theirs: identity(one, named.version, () => up.bytes),
      },
    ];
  }

  repeatable(one: Found<RepeatableName>): Migration[] {
    const file = this.#file(one);
    if (file === undefined) return [];
    const { description, stem } = one.named;
    const { replace } = this.#configOf(one);
    const replaced = (): Buffer =>
      replace ? replacedText(file.bytes, this.#settings.marks, this.#valuesFor(one)) : file.bytes;
    // Another value of a placeholder is another text: then it runs again, as it does in Flyway.
    const up = { ...file, checksum: checksumOf(replaced()) };
    return [
      {
        kind: "repeatable",
        language: "sql",
        name: description,
        id: stem,
        up,
        theirs: identity(one, null, replaced),
      },
    ];
  }

  /** Flyway makes the schema that its history is in, and puts it first into the search_path. */
  withSchema(migrations: readonly Migration[]): Migration[] {
    const { schema } = this.#settings;
    if (schema === undefined) return [...migrations];
    const name = quoteIdent(schema);
    const path = `set search_path = ${name}, "$user", public;\n`;
    const create = `do $flyway$ begin if pg_catalog.to_regnamespace(${quoteLiteral(name)}) is null then create schema ${name}; end if; end $flyway$;\n`;
    return migrations.map((migration, index) => {
      const { up, down, baseline } = migration;
      const first = index === 0 || baseline;
      return {
        ...migration,
        up: preceded(up, first ? create + path : path),
        ...(down && { down: preceded(down, path) }),
      };
    });
  }

  #file(one: Found): MigrationFile | undefined {
    const { folder, problems } = this.#input;
    const bytes = readSql(folder, one.file, problems);
    if (bytes === undefined) return undefined;
    const { transaction, replace } = this.#configOf(one);
    const { marks } = this.#settings;
    const values = this.#valuesFor(one);
    const reading: Reading = {
      ...(!transaction && { transaction: "statement" }),
      ...(replace &&
        bytes.includes(marks.prefix) && {
          rewrite: (file, pieces, locate) =>
            replacePlaceholders(one.file.path, file, pieces, values, locate, this.#syntax),
        }),
    };
    return migrationFile(one.file, bytes, reading);
  }

  #configOf({ file }: Found): { transaction: boolean; replace: boolean } {
    const { executeInTransaction, placeholderReplacement } = this.#settings;
    const own = this.#configs.get(file.absolutePath);
    return {
      transaction: own?.executeInTransaction ?? executeInTransaction,
      replace: placeholderReplacement && own?.placeholderReplacement !== false,
    };
  }

  #valuesFor({ file }: Found): Readonly<Record<string, string>> {
    const { placeholders } = this.#settings;
    return { "flyway:filename": file.name, ...placeholders, ...this.#input.placeholders };
  }
}

function preceded(file: MigrationFile, sql: string): MigrationFile {
  const { rewrite } = file.reading!;
  return {
    ...file,
    reading: {
      ...file.reading,
      rewrite: (bytes, pieces, locate, commands) => {
        const start = pieces[0]?.start ?? 0;
        const before = { start, end: start, replacement: Buffer.from(sql) };
        return [before, ...(rewrite?.(bytes, pieces, locate, commands) ?? pieces)];
      },
    },
  };
}

function identity(
  { named, script }: Found<VersionedName | RepeatableName>,
  version: string | null,
  text: () => Buffer,
): FlywayIdentity {
  const type = named.kind === "baseline" ? "SQL_BASELINE" : "SQL";
  const { description } = named;
  return {
    key: keyOf({ version, description, type }),
    checksums: () => [flywayChecksum(text())],
    version,
    description,
    type,
    script,
  };
}
