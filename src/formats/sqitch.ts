/**
 * Sqitch: `sqitch.plan` lists the changes in their order, with what each requires; the scripts are
 * in `deploy/` and `revert/` and are run by psql. A change that was reworked is in the plan twice,
 * and the scripts of the earlier one have a tag in their names.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { checksumOf } from "../migrations/checksum.ts";
import type { Migration, MigrationFile, Version } from "../migrations/migration.ts";
import { includedFiles, PSQL_COMMANDS, psqlRewrite, type PsqlScript } from "../sql/psql-script.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { readSql } from "./sql-file.ts";
import { findConfig, type SqitchConfig } from "./sqitch/config.ts";
import { sqitchHistory } from "./sqitch/history.ts";
import type { SqitchIdentity } from "./sqitch/identity.ts";
import { parsePlan, type PlanChange } from "./sqitch/plan.ts";

export const sqitch: Format = {
  id: "sqitch",
  title: "Sqitch",
  order: "list",
  // A line in the middle of the plan changes the ids of all lines below it, and it stops there.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    const file = findPlan(folder, {})?.file;
    if (!file || !/^\s*%/m.test(folder.text(file))) return undefined;
    return { strength: "sure", sign: `\`${file.relativePath}\`` };
  },
  read,
  history: sqitchHistory,
};

/** The first folder that has a plan, and what its configuration says. */
function findPlan(
  folder: Folder,
  env: NodeJS.ProcessEnv,
): { file?: FolderFile; config: SqitchConfig } | undefined {
  for (const root of folder.roots) {
    const config = findConfig(root, env);
    const file = fileIn(folder, root, config.planFile);
    if (file) return { file, config };
    if (config.path !== undefined) return { config };
  }
  return undefined;
}

function read({ folder, problems, placeholders, env }: ReadInput): Migration[] {
  const { file: planFile, config } = findPlan(folder, env) ?? {};
  const shown = folder.shown.replaceAll("`", "");
  if (planFile === undefined || config === undefined) {
    problems.addFile(
      "file.format",
      shown,
      config === undefined
        ? `The folder ${folder.shown} has no \`sqitch.plan\`.`
        : `There is no plan at \`${config.planFile}\`, where \`${config.path}\` says that it is.`,
      "Name the folder that has the plan.",
    );
    return [];
  }
  if (config.engine !== "pg") {
    problems.addFile(
      "file.format",
      config.path!,
      `The engine of \`${config.path}\` is \`${config.engine}\`, and Lockstep talks to PostgreSQL only.`,
      "Name a target of the engine `pg` in `SQITCH_TARGET`, or name its folder.",
    );
    return [];
  }
  const text = readSql(folder, planFile, problems)?.toString("utf8");
  const plan = text === undefined ? undefined : parsePlan(text, planFile.path, problems);
  if (plan === undefined) return [];
  const scripts = new Scripts(folder, config, placeholders ?? {});
  const migrations: Migration[] = [];
  for (const change of plan.changes) {
    const deploy = scripts.find("deploy", change);
    if (!("file" in deploy)) {
      problems.addFile(
        "file.invalid",
        planFile.path,
        `\`${deploy.missing}\` is missing: the script of \`${change.name}\` in line ${change.line} of \`${planFile.path}\`.`,
        "Add the script, or take the change out of the plan.",
        { location: { file: planFile.path, line: change.line, column: 1 } },
      );
      continue;
    }
    const bytes = readSql(folder, deploy.file, problems);
    if (bytes === undefined) continue;
    const revert = scripts.find("revert", change);
    const down = "file" in revert ? readSql(folder, revert.file, problems) : undefined;
    const theirs: SqitchIdentity = { key: change.id, checksums: () => hashesOf(bytes), change };
    const label = change.instance === 1 ? change.name : `${change.name}#${change.instance}`;
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: label as Version,
      name: change.name,
      id: label,
      up: scripts.migrationFile(deploy.file, bytes),
      ...(down && "file" in revert && { down: scripts.migrationFile(revert.file, down) }),
      theirs,
    });
  }
  return migrations;
}

/** It hashes the bytes of the file; a checkout with other line endings is the same script. */
function hashesOf(bytes: Buffer): string[] {
  const lf = bytes.toString("latin1").replaceAll("\r\n", "\n");
  const crlf = lf.replaceAll("\n", "\r\n");
  const hash = (content: Buffer): string => createHash("sha1").update(content).digest("hex");
  const others = [lf, crlf].map((one) => hash(Buffer.from(one, "latin1")));
  return [...new Set([hash(bytes), ...others])];
}

class Scripts {
  readonly #folder: Folder;
  readonly #config: SqitchConfig;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #listed = new Map<string, ReadonlyMap<string, FolderFile>>();
  readonly #included = new Map<string, Buffer>();

  constructor(
    folder: Folder,
    config: SqitchConfig,
    placeholders: Readonly<Record<string, string>>,
  ) {
    this.#folder = folder;
    this.#config = config;
    // As sqitch starts psql.
    this.#variables = {
      ...config.variables,
      ON_ERROR_STOP: "1",
      registry: config.registry,
      ...placeholders,
    };
  }

  find(
    kind: "deploy" | "revert",
    { name, reworkTags }: PlanChange,
  ): { file: FolderFile } | { missing: string } {
    const { extension } = this.#config;
    const directory = this.#config.scripts(kind, reworkTags.length > 0);
    const names =
      reworkTags.length === 0
        ? [`${name}.${extension}`]
        : reworkTags.map((tag) => `${name}@${tag}.${extension}`);
    for (const one of names) {
      const file = this.#at(join(directory, one));
      if (file) return { file };
    }
    return { missing: this.#shown(join(directory, names[0]!)) };
  }

  migrationFile({ path, absolutePath }: FolderFile, bytes: Buffer): MigrationFile {
    const script: PsqlScript = {
      path,
      variables: this.#variables,
      advice:
        "Give it one under `variables` in `sqitch.conf`, among the placeholders of the configuration, or with `\\set` in the file.",
      include: (name, relativeTo) => {
        const from =
          relativeTo === undefined
            ? this.#config.base
            : dirname(this.#pathOf(relativeTo, path, absolutePath));
        return this.#include(resolve(from, name));
      },
    };
    // Only a file with such a line is looked at before it runs.
    const included = bytes.includes("\\i", 0, "latin1") ? includedFiles(script, bytes) : [];
    const all =
      included.length === 0 ? bytes : Buffer.concat([bytes, ...included.map((one) => one.bytes)]);
    return {
      path,
      absolutePath,
      bytes,
      checksum: checksumOf(all),
      reading: { rewrite: psqlRewrite(script), commands: PSQL_COMMANDS },
    };
  }

  #pathOf(shown: string, path: string, absolutePath: string): string {
    return shown === path ? absolutePath : resolve(this.#config.base, shown);
  }

  #include(path: string): { path: string; bytes: Buffer } | undefined {
    try {
      const bytes = this.#included.get(path) ?? readFileSync(path);
      this.#included.set(path, bytes);
      return { path: relative(this.#config.base, path), bytes };
    } catch {
      return undefined;
    }
  }

  #at(path: string): FolderFile | undefined {
    const directory = dirname(path);
    const root = this.#folder.roots.find((one) => isBelow(one, directory));
    if (root === undefined) return outside(path);
    const files = this.#listed.get(directory) ?? this.#list(root, directory);
    this.#listed.set(directory, files);
    return files.get(path);
  }

  #list(root: string, directory: string): ReadonlyMap<string, FolderFile> {
    const below = relative(root, directory).replaceAll("\\", "/");
    const { files } = this.#folder.list(below);
    return new Map(files.map((file) => [file.absolutePath, file]));
  }

  #shown(path: string): string {
    const root = this.#folder.roots.find((one) => isBelow(one, path));
    return root === undefined ? path : relative(root, path);
  }
}

function fileIn(folder: Folder, root: string, path: string): FolderFile | undefined {
  if (!isBelow(root, path)) return outside(path);
  return folder.file(relative(root, path).replaceAll("\\", "/"));
}

/** A file that the configuration names beside the project's folder. */
function outside(path: string): FolderFile | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  return {
    name: path.slice(dirname(path).length + 1),
    relativePath: path,
    path,
    absolutePath: path,
  };
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || !(way.startsWith("..") || resolve(way) === way);
}
