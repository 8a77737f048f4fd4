/**
 * What a migration is. Discovery reads names and bytes only; nothing is parsed here, so that the
 * common start with nothing pending pays for no parser.
 */

import type { Rewrite } from "../sql/parse-file.ts";

/**
 * What names a migration in the history. Native: digits without leading zeros (`"0"` is one). From
 * another tool's folder: what that tool knows it by, `1.2` or `20240101000000_init`.
 */
export type Version = string & { readonly brand: "Version" };

/** SHA-256 in hex over the text without BOM and with LF line endings. */
export type Checksum = string & { readonly brand: "Checksum" };

export type MigrationKind = "versioned" | "repeatable";
export type MigrationLanguage = "sql" | "module";

/** How SQL is got out of a file of another tool. Our own files have none: they are SQL as they are. */
export interface Reading {
  /** Byte range of the SQL, where the file also holds something else: the other direction. */
  readonly range?: { readonly start: number; readonly end: number };
  /** The tool's own marker for a file without a transaction: each statement commits by itself. */
  readonly transaction?: "statement";
  /**
   * Cuts and replaces: templates, markers that take the place of a semicolon. Gets the bytes of the
   * file and the pieces of it that are SQL, in order; returns the pieces to be parsed. May throw a
   * Failure. `locate` gives the line and column of a byte offset.
   */
  readonly rewrite?: Rewrite;
  /**
   * Names of psql's commands that `rewrite` understands, where the tool runs its files with psql:
   * cut out of the pieces and handed over beside them. The others are refused.
   */
  readonly commands?: ReadonlySet<string>;
  /**
   * The SQL is made of the file and not in it: a builder, JSON, a template with includes. The text
   * takes the place of the file; called when the migration is about to run, not before.
   */
  readonly generate?: () => Promise<string | GeneratedSql> | string | GeneratedSql;
}

export interface GeneratedSql {
  readonly sql: string;
  /** Where only the code that makes the SQL says it. */
  readonly transaction?: "statement";
}

/** What the tool that the folder is from knows a migration by, for adopting its history. */
export interface TheirIdentity {
  /** As in the key column of its history table: a version, a file name, a hash. */
  readonly key: string;
  /** Every checksum in its own algorithm that counts as this file's; asked for by `adopt` only. */
  readonly checksums?: () => readonly string[];
}

export interface MigrationFile {
  /** As shown to people: relative to the working directory where it is below it. */
  readonly path: string;
  /** Absolute path; undefined for migrations given as data. */
  readonly absolutePath?: string;
  readonly bytes: Buffer;
  readonly checksum: Checksum;
  readonly reading?: Reading;
}

export interface Migration {
  readonly kind: MigrationKind;
  readonly language: MigrationLanguage;
  /** Undefined for repeatables. */
  readonly version?: Version;
  /** The words after the version, as written in the file name: `add_users`. */
  readonly name: string;
  /** `<version>_<name>` with the version as written on disk, or `R__<name>`. */
  readonly id: string;
  readonly up: MigrationFile;
  /** For SQL: the `.down.sql` file. For modules: known only once loaded. */
  readonly down?: MigrationFile;
  /** A module given as data instead of a file. */
  readonly module?: MigrationModule;
  /**
   * A script that on an empty database takes the place of all versions up to its own; on any other
   * it does not exist. See baseline-scripts.ts.
   */
  readonly baseline?: true;
  /** In a folder of another tool. */
  readonly theirs?: TheirIdentity;
}

/** All migrations of a project, in the order in which they run. */
export interface MigrationSet {
  /** The tool whose format the folder has; `native` is our own. */
  readonly format: string;
  readonly migrations: readonly Migration[];
  /** `version`: versions say what comes after what. `list`: only the place in the list does. */
  readonly order: "version" | "list";
  /** What a person should know about the folder, and is no reason to stop: files that are left out. */
  readonly notes?: readonly string[];
  /** What happens to a migration below the newest applied one when nobody has said. */
  readonly outOfOrder: "refuse" | "allow";
}

export function nativeSet(migrations: readonly Migration[]): MigrationSet {
  return { format: "native", migrations, order: "version", outOfOrder: "refuse" };
}

/** What a `.ts`/`.js` migration exports. */
export interface MigrationModule {
  readonly up: (db: MigrationContext) => Promise<void> | void;
  readonly down?: (db: MigrationContext) => Promise<void> | void;
  /** `false`: no surrounding transaction; writes happen inside `db.batch`. Default true. */
  readonly transaction?: boolean;
}

export type Row = Record<string, unknown>;

/** Runs SQL for a module: a template tag whose holes become parameters, and a plain form. */
export interface MigrationSql {
  <R extends Row = Row>(text: TemplateStringsArray, ...values: unknown[]): Promise<R[]>;
}

export interface MigrationQueries {
  /** `` await db.sql`update users set plan = ${plan} where id = ${id}` `` */
  readonly sql: MigrationSql;
  /** The same with `$1` placeholders; for text that is built at run time. */
  query<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** `0` is inferred as the type 0, but the next cursor is any number. */
export type Widened<C extends JsonValue> = C extends number
  ? number
  : C extends string
    ? string
    : C extends boolean
      ? boolean
      : C;

export interface MigrationContext extends MigrationQueries {
  /**
   * A data loop, exactly once: each call of `fn` runs in its own transaction that commits together
   * with the cursor it returns; after a crash the loop goes on from the last committed cursor.
   * Return null to end. Only in modules that export `transaction = false`.
   */
  batch<C extends JsonValue>(
    cursor: C,
    fn: (cursor: Widened<C>, db: MigrationQueries) => Promise<Widened<C> | null>,
  ): Promise<void>;
  readonly log: (message: string) => void;
  readonly signal: AbortSignal;
}

/** What a statement answered, as a driver says it. */
export interface DriverResult {
  readonly rows: Row[];
  readonly rowCount: number | null;
  /** `SELECT`, `UPDATE`. */
  readonly command: string;
}

/** What the modules of another tool run on: their builders want more than rows. */
export interface ForeignContext extends MigrationContext {
  result(text: string, values?: readonly unknown[]): Promise<DriverResult>;
}
