/**
 * What a migration is. Discovery reads names and bytes only; nothing is parsed here, so that the
 * common start with nothing pending pays for no parser.
 */

/** Digits without leading zeros; compared as numbers. `"0"` is a valid version. */
export type Version = string & { readonly brand: "Version" };

/** SHA-256 in hex over the text without BOM and with LF line endings. */
export type Checksum = string & { readonly brand: "Checksum" };

export type MigrationKind = "versioned" | "repeatable";
export type MigrationLanguage = "sql" | "module";

export interface MigrationFile {
  /** As shown to people: relative to the working directory where it is below it. */
  readonly path: string;
  /** Absolute path; undefined for migrations given as data. */
  readonly absolutePath?: string;
  readonly bytes: Buffer;
  readonly checksum: Checksum;
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
