/**
 * What a file name says. A name that could be meant as a migration is never silently ignored:
 * it is a migration, or it is wrong and says why.
 */
import type { MigrationLanguage, Version } from "./migration.ts";
import { parseVersion } from "./version.ts";

export type FileName =
  | {
      readonly kind: "up" | "down";
      readonly language: MigrationLanguage;
      readonly version: Version;
      readonly name: string;
      /** `<version>_<name>` with the version as written. */
      readonly id: string;
    }
  | { readonly kind: "repeatable"; readonly name: string; readonly id: string }
  | { readonly kind: "ignored" }
  | { readonly kind: "wrong"; readonly why: string };

export const EXPECTED_NAMES =
  "`<digits>_<name>.sql`, `<digits>_<name>.down.sql`, `R__<name>.sql` or `<digits>_<name>.ts` (.mts, .js, .mjs, .cjs)";

/** What nearly all files are called, so that they cost one match and not five. */
const PLAIN = /^([1-9][0-9]*)_([^.\s]+)\.sql$/;
const VERSIONED_SQL = /^([0-9]+)_(.*?)(\.up|\.down)?\.sql$/i;
const REPEATABLE = /^R__(.*)\.sql$/;
const VERSIONED_MODULE = /^([0-9]+)_(.*)\.(?:ts|mts|js|mjs|cjs)$/i;
const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx)$/i;
const NOT_RUN = /\.(?:d\.[cm]?ts|(?:test|spec)\.[cm]?[jt]sx?)$/i;

export function readFileName(fileName: string): FileName {
  const plain = PLAIN.exec(fileName);
  if (plain) {
    const [, version, name] = plain as unknown as [string, Version, string];
    return { kind: "up", language: "sql", version, name, id: fileName.slice(0, -".sql".length) };
  }
  if (fileName.startsWith(".")) return { kind: "ignored" };
  if (/\.sql$/i.test(fileName)) return readSqlName(fileName);
  // Modules may have helpers and tests beside them; only a name that begins like a migration counts.
  if (!SCRIPT.test(fileName) || NOT_RUN.test(fileName)) return { kind: "ignored" };
  return readModuleName(fileName);
}

/** Whether a folder is called as only a migration is: `001_users.sql` or `20240131_init`. */
export function looksLikeMigration(folderName: string): boolean {
  return /^[0-9]+_/.test(folderName) || readFileName(folderName).kind !== "ignored";
}

function readSqlName(fileName: string): FileName {
  const versioned = VERSIONED_SQL.exec(fileName);
  if (versioned) {
    const kind = versioned[3]?.toLowerCase() === ".down" ? "down" : "up";
    return named(kind, "sql", versioned[1] ?? "", versioned[2] ?? "");
  }
  const repeatable = REPEATABLE.exec(fileName);
  if (!repeatable) return { kind: "wrong", why: explainSqlName(fileName) };
  const name = repeatable[1] ?? "";
  if (name.trim() === "") return { kind: "wrong", why: "The name after `R__` is empty." };
  if (/\.(?:down|up)$/i.test(name)) {
    return {
      kind: "wrong",
      why: "A repeatable migration has no up or down: it runs when it changes.",
    };
  }
  return { kind: "repeatable", name, id: `R__${name}` };
}

function readModuleName(fileName: string): FileName {
  const versioned = VERSIONED_MODULE.exec(fileName);
  if (versioned) {
    const name = versioned[2] ?? "";
    if (/\.(?:down|up)$/i.test(name)) {
      return {
        kind: "wrong",
        why: "A module has both directions in one file: export `up` and `down`.",
      };
    }
    return named("up", "module", versioned[1] ?? "", name);
  }
  if (fileName.startsWith("R__"))
    return { kind: "wrong", why: "Only a `.sql` file can be repeatable." };
  if (/^[0-9]/.test(fileName) || /^V[0-9][0-9._]*__/.test(fileName)) {
    return { kind: "wrong", why: "It begins like a migration." };
  }
  return { kind: "ignored" };
}

function named(
  kind: "up" | "down",
  language: MigrationLanguage,
  digits: string,
  name: string,
): FileName {
  const version = parseVersion(digits);
  if (version === undefined || name.trim() === "") {
    return { kind: "wrong", why: `The name after \`${digits}_\` is empty.` };
  }
  return { kind, language, version, name, id: `${digits}_${name}` };
}

/** Names that other tools use, so that the message can say what the file is. */
function explainSqlName(fileName: string): string {
  if (/^[VUB][0-9][0-9._]*__/.test(fileName)) {
    return "It is named in Flyway's form: rename `V1__users.sql` to `1_users.sql`, `U1__users.sql` to `1_users.down.sql`.";
  }
  if (/^r__/i.test(fileName)) return "The prefix of a repeatable migration is a capital `R`.";
  if (/^[0-9]+\.(?:do|undo)\./i.test(fileName)) {
    return "It is named in postgrator's form: rename `1.do.users.sql` to `1_users.sql`, `1.undo.users.sql` to `1_users.down.sql`.";
  }
  if (/^[0-9]+[._][0-9.]+/.test(fileName)) return "A version is one whole number, without dots.";
  if (/^[0-9]+-/.test(fileName)) return "An underscore, not a hyphen, stands after the version.";
  if (/^[0-9]+\.sql$/i.test(fileName)) return "A name is missing after the version.";
  return "It does not begin with a version.";
}
