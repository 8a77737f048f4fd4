/**
 * Flyway's file names: `<prefix><version><separator><description><suffix>`, and what its versions
 * mean. Flyway ignores a name that is not quite right without a word; here it is named.
 */
export interface Naming {
  readonly versioned: string;
  readonly undo: string;
  readonly baseline: string;
  readonly repeatable: string;
  readonly separator: string;
  readonly suffixes: readonly string[];
}

interface Prefixes extends Naming {
  readonly prefixes: readonly { readonly prefix: string; readonly kind: PrefixKind }[];
}

export interface VersionedName {
  readonly kind: "versioned" | "undo" | "baseline";
  /** As Flyway writes it: `1_2` is `1.2`. */
  readonly version: string;
  readonly description: string;
  readonly stem: string;
}

export interface RepeatableName {
  readonly kind: "repeatable";
  readonly description: string;
  readonly stem: string;
}

export type FlywayName =
  | VersionedName
  | RepeatableName
  | { readonly kind: "callback"; readonly event: string }
  | { readonly kind: "code"; readonly language: string }
  | { readonly kind: "wrong"; readonly why: string };

/** Everything that Flyway may call while it migrates or undoes. */
const EVENTS_OF_MIGRATE = (
  "beforeMigrate beforeRepeatables beforeEachMigrate beforeEachMigrateStatement " +
  "afterEachMigrateStatement afterEachMigrateStatementError afterEachMigrate afterEachMigrateError " +
  "afterMigrate afterMigrateApplied afterVersioned afterMigrateError " +
  "beforeMigrateError beforeValidate afterValidate afterValidateError " +
  "createSchema beforeCreateSchema beforeConnect afterConnect " +
  "beforeUndo beforeEachUndo beforeEachUndoStatement afterEachUndoStatement " +
  "afterEachUndoStatementError afterEachUndo afterEachUndoError afterUndo " +
  "afterUndoError beforeDeploy afterDeploy afterDeployError"
).split(" ");
/** Events of commands that have nothing to do with applying migrations. */
const OTHER_EVENTS = ["Clean", "Info", "Baseline", "Repair"].flatMap((command) => [
  `before${command}`,
  `after${command}`,
  `after${command}Error`,
]);

const VERSION = /^[0-9]+(?:[._][0-9]+)*$/;
const CODE = /^[VUBR][0-9_]*__.+\.(java|class|kt|groovy|scala|sh|bash|ps1|bat|cmd|py)$/;
const LANGUAGES: Readonly<Record<string, string>> = {
  java: "a Java migration",
  class: "a compiled Java migration",
  kt: "a Kotlin migration",
  groovy: "a Groovy migration",
  scala: "a Scala migration",
};

/** A reader of names. Undefined: nothing that Flyway would run, and nothing that looks like it. */
export function nameReader(naming: Naming): (name: string) => FlywayName | undefined {
  const all = { ...naming, prefixes: prefixesOf(naming) };
  return (name) => readName(name, all);
}

function readName(name: string, naming: Prefixes): FlywayName | undefined {
  const suffix = naming.suffixes.find((one) => name.endsWith(one));
  if (suffix === undefined) return withoutSuffix(name, naming);
  const stem = name.slice(0, name.length - suffix.length);
  for (const { prefix, kind } of naming.prefixes) {
    if (!stem.startsWith(prefix)) continue;
    const rest = stem.slice(prefix.length);
    const at = rest.indexOf(naming.separator);
    const left = at < 0 ? rest : rest.slice(0, at);
    const description = at < 0 ? "" : rest.slice(at + naming.separator.length).replaceAll("_", " ");
    if (kind === "callback") {
      if (left === "") return OTHER_EVENTS.includes(prefix) ? undefined : { kind, event: prefix };
    } else if (kind === "repeatable") {
      if (left === "" && description.trim() !== "") return { kind, description, stem };
    } else if (VERSION.test(left)) {
      return { kind, version: left.replaceAll("_", "."), description, stem };
    }
    break;
  }
  return looksMeant(stem, naming) ? wrong(naming) : undefined;
}

/** The same version written in the shortest way: `001.10.0` is `1.10`, as Flyway compares them. */
export function normalVersion(version: string): string {
  const parts = version.split(".").map((part) => part.replace(/^0+(?=[0-9])/, ""));
  while (parts.length > 1 && parts.at(-1) === "0") parts.pop();
  return parts.join(".");
}

type PrefixKind = "versioned" | "undo" | "baseline" | "repeatable" | "callback";

function prefixesOf(naming: Naming): Prefixes["prefixes"] {
  const kinds = ["versioned", "undo", "baseline", "repeatable"] as const;
  return [
    ...kinds.map((kind) => ({ prefix: naming[kind], kind })),
    ...[...EVENTS_OF_MIGRATE, ...OTHER_EVENTS].map((prefix) => ({
      prefix,
      kind: "callback" as const,
    })),
    // The longest first: `beforeMigrate` begins `beforeMigrateError` too.
  ].toSorted((a, b) => b.prefix.length - a.prefix.length);
}

function withoutSuffix(name: string, naming: Naming): FlywayName | undefined {
  const code = CODE.exec(name)?.[1];
  if (code !== undefined) {
    return { kind: "code", language: LANGUAGES[code] ?? "a script migration" };
  }
  const suffix = naming.suffixes.find((one) => name.toLowerCase().endsWith(one.toLowerCase()));
  if (suffix === undefined) return undefined;
  return looksMeant(name.slice(0, -suffix.length), naming)
    ? { kind: "wrong", why: `Flyway only takes files that end with \`${suffix}\`, in that case.` }
    : undefined;
}

/** A prefix and then a version, or the separator of a repeatable, in any case. */
function looksMeant(stem: string, naming: Naming): boolean {
  const versioned = [naming.versioned, naming.undo, naming.baseline];
  const starts = (prefix: string): boolean =>
    prefix !== "" && stem.toLowerCase().startsWith(prefix.toLowerCase());
  return (
    versioned.some((prefix) => starts(prefix) && /^[0-9]/.test(stem.slice(prefix.length))) ||
    starts(naming.repeatable + naming.separator)
  );
}

function wrong({ versioned, repeatable, separator, suffixes }: Naming): FlywayName {
  const suffix = suffixes[0] ?? ".sql";
  return {
    kind: "wrong",
    why: `Flyway ignores it: a name has the form \`${versioned}1.2${separator}description${suffix}\` or \`${repeatable}${separator}description${suffix}\`.`,
  };
}
