/**
 * What a format of another tool is: how its folder is recognised and read, and what its history
 * looks like. One file per format in this folder; registry.ts lists them.
 */
import type { Migration } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import type { Folder } from "./folder.ts";
import type { ForeignHistory } from "./history.ts";
import type { TargetDatabase } from "./read-source.ts";

export interface Format {
  /** As in `--format`, in kebab-case: `golang-migrate`. */
  readonly id: string;
  /** As people write it: `golang-migrate`, `Flyway`. */
  readonly title: string;
  /** What says that a folder is of this format; undefined when nothing does. Reads few files. */
  detect(folder: Folder): Evidence | undefined;
  /**
   * All migrations of the folder, in the order in which the tool applies them. Nothing is parsed.
   * What is wrong goes into `input.problems`, so that all of it is named at once.
   */
  read(input: ReadInput): Migration[];
  /** See MigrationSet. */
  readonly order: "version" | "list";
  /** What the tool itself does with a migration below the newest applied one. */
  readonly outOfOrder: "refuse" | "allow";
  /** The empty files of a new migration, by paths below the folder; missing: only its own tool makes them. */
  newFiles?(options: {
    /** Digits: a timestamp, or the next number where the folder counts. */
    readonly version: string;
    readonly slug: string;
  }): readonly { readonly path: string; readonly content: string }[];
  /** How the tool applies everything, as a line for a shell; `url` is put in as it is. */
  command?(options: { readonly dir: string; readonly url: string }): string;
  /** Missing: the format has no history of its own that could be adopted. */
  readonly history?: ForeignHistory;
}

export interface Evidence {
  /**
   * `sure`: a file or a marker that no other tool writes. `name`: file names in this tool's form,
   * which other tools may share.
   */
  readonly strength: "sure" | "name";
  /** In words, for messages: `\`atlas.sum\``, `the marker \`-- migrate:up\` in \`1_a.sql\``. */
  readonly sign: string;
}

export interface ReadInput {
  readonly folder: Folder;
  readonly problems: Problems;
  /** Says something about the folder that does not stop a run: a file that the tool leaves out. */
  readonly note: (text: string) => void;
  /** Values for the tool's own templates, from the configuration (`placeholders`). */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** The working directory, for tools whose own settings start there. */
  readonly cwd: string;
  /** For templates that read the environment. */
  readonly env: NodeJS.ProcessEnv;
  /** See SourceOptions. */
  readonly database?: TargetDatabase;
}
