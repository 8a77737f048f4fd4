/** What lint says about a place in a file. The JSON form is an interface: docs/lint.md. */

/** Whom or what a finding is about: who waits, who breaks, what is lost. */
export const FINDING_KINDS = [
  "lock",
  "compatibility",
  "data-loss",
  "re-run",
  "bug",
  "style",
  "process",
  "security",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Most severe first. Errors end `lockstep lint` with 65. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a table that the application uses suffers for as long as its size takes. */
export type LongWork = "rewrite" | "scan" | "index-build" | "fk-validation";

/** A replacement of bytes of the file, as it is on disk. */
export interface Edit {
  /** UTF-8 byte offsets; `start === end` inserts. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What `--fix` does about a finding. */
export interface Fix {
  /** In the imperative: "Build the index CONCURRENTLY". */
  readonly title: string;
  /** Applied together or not at all; none when several files have to be written instead. */
  readonly edits: readonly Edit[];
  /** Set when one file is not enough: the id of the recipe that writes the sequence of files. */
  readonly recipe?: string;
}

export interface Finding {
  /** Id of the rule. */
  readonly rule: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** What an existing table would suffer under a lock that blocks writes; null: nothing long. */
  readonly longWork: LongWork | null;
  /** As shown to people: relative to the working directory where it is below it. */
  readonly file: string;
  /** 1-based; columns count code points. The end is exclusive: the column after the last one. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** What happens, in sentences, with the names of the tables that it happens to. */
  readonly message: string;
  /** Null when the rule knows none. */
  readonly fix: Fix | null;
  /** 1-based position of the statement in its file; 0 when the finding is about the file. */
  readonly statement: number;
  /** The statement's text, for code frames and fingerprints; empty for a file. */
  readonly excerpt: string;
  /** The table of the measured effect, as people write it; undefined where no lock is meant. */
  readonly relation?: string;
}
