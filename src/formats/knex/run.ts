/**
 * Runs a Knex migration on the project's own `knex` with a connection that is ours.
 *
 * K1. `up` gets a transaction of Knex, as from Knex itself. Its BEGIN and COMMIT are not sent: the
 *     runner's transaction is around it. Transactions inside are savepoints.
 * K2. A migration without a transaction is run once without a database, to collect its SQL. What
 *     it asks of the database it cannot be told, so that asking is an error.
 */
import { Failure } from "../../failures/failure.ts";
import { importExports, requirePackage } from "../../migrations/load-module.ts";
import type { DriverResult, ForeignContext, MigrationFile } from "../../migrations/migration.ts";
import { findSettings, type KnexSettings } from "./knexfile.ts";

type Direction = "up" | "down";
type Migrate = (knex: Knex) => unknown;
type Callback = (error: unknown, result?: DriverResult) => void;

/** The few parts of Knex that are used here; it has the same ones since 0.95. */
interface Knex {
  readonly client: Client;
  transaction<T>(body: (trx: Knex) => Promise<T>): Promise<T>;
  raw(sql: string, bindings: readonly unknown[]): { toQuery(): string };
}

interface Client {
  config: Record<string, unknown>;
}

interface QueryObject {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly method?: string;
  readonly output?: unknown;
}

interface Destroyable {
  destroy(error: Error): void;
}

type KnexFactory = (config: Record<string, unknown>) => Knex;
type ClientClass = new (config: Record<string, unknown>) => Client;

export async function runOn(
  file: MigrationFile,
  direction: Direction,
  db: ForeignContext,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { factory, migrate, settings, useTransaction } = await load(file, direction, env);
  if (!useTransaction) {
    throw invalid(
      file,
      "says `config.transaction` is false in a form that can only be seen by running it",
      "Write `exports.config = { transaction: false };` (or `export const config = …`) in the file itself.",
    );
  }
  const connection = new Connection(db);
  const knex = knexOn(factory, settings, connectedTo(factory, file, connection));
  if (settings.searchPath !== undefined) {
    const names = [settings.searchPath].flat().map((name) => `"${name.replaceAll('"', '""')}"`);
    await db.query("select pg_catalog.set_config('search_path', $1, true)", [names.join(", ")]);
  }
  await knex.transaction(async (trx) => {
    try {
      return await migrate(trx);
    } finally {
      connection.ending = true;
    }
  });
}

export async function generateSql(
  file: MigrationFile,
  direction: Direction,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { factory, migrate, settings, useTransaction } = await load(file, direction, env);
  if (useTransaction) {
    throw invalid(
      file,
      "has the text of `config = { transaction: false }`, and does not export it",
      "Remove that text from the file.",
    );
  }
  const statements: string[] = [];
  if (settings.searchPath !== undefined) {
    const names = [settings.searchPath].flat().map((name) => `"${name.replaceAll('"', '""')}"`);
    statements.push(`set search_path to ${names.join(", ")}`);
  }
  const plain = factory({ client: "pg" });
  const knex = knexOn(
    factory,
    settings,
    recordingInto(factory, file, (sql, bindings) => {
      statements.push(plain.raw(sql, bindings).toQuery());
    }),
  );
  try {
    await migrate(knex);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw invalid(file, `threw while its SQL was collected: ${text}`, "Correct the module.", cause);
  }
  return statements.map((sql) => `${sql.replace(/;\s*$/, "")}\n;\n`).join("");
}

async function load(
  file: MigrationFile,
  direction: Direction,
  env: NodeJS.ProcessEnv,
): Promise<{
  factory: KnexFactory;
  migrate: Migrate;
  settings: KnexSettings;
  useTransaction: boolean;
}> {
  const path = file.absolutePath!;
  let loaded: unknown;
  let exports: Readonly<Record<string, unknown>>;
  try {
    loaded = requirePackage("knex", path);
    exports = await importExports(path);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split("\n", 1)[0]! : String(cause);
    throw invalid(file, `cannot be loaded: ${text}`, "Correct the module.", cause);
  }
  if (loaded === undefined) {
    throw invalid(
      file,
      "runs on the package `knex`, which is not installed where the file would find it",
      "Install `knex` in the project: `npm install knex`.",
    );
  }
  const migrate = exports[direction];
  if (typeof migrate !== "function") {
    throw invalid(
      file,
      `does not export \`${direction}\``,
      direction === "up" ? "Export it." : "Export it, or go forward with a new migration.",
    );
  }
  const { config } = exports;
  const transaction =
    typeof config === "object" && config !== null && "transaction" in config
      ? config.transaction
      : undefined;
  return {
    factory: factoryOf(loaded),
    migrate: migrate as Migrate,
    settings: await findSettings(path, file.path, env),
    useTransaction: transaction !== false,
  };
}

function factoryOf(loaded: unknown): KnexFactory {
  if (typeof loaded === "function") return loaded as KnexFactory;
  return (loaded as { knex: KnexFactory }).knex;
}

function knexOn(factory: KnexFactory, settings: KnexSettings, client: ClientClass): Knex {
  const { searchPath: _, ...config } = settings;
  // An error then names the statement without the values in it.
  const knex = factory({ ...config, compileSqlOnError: false, client });
  knex.client.config["client"] = "pg";
  return knex;
}

function postgresClient(factory: KnexFactory): ClientClass {
  // Without a connection in its configuration it loads no driver and opens no pool.
  return factory({ client: "pg" }).client.constructor as ClientClass;
}

function connectedTo(
  factory: KnexFactory,
  file: MigrationFile,
  connection: Connection,
): ClientClass {
  return class extends postgresClient(factory) {
    acquireConnection(): Promise<Connection> {
      return Promise.resolve(connection);
    }
    releaseConnection(): Promise<void> {
      return Promise.resolve();
    }
    _stream(_connection: unknown, _query: unknown, stream: Destroyable): Promise<void> {
      stream.destroy(invalid(file, "streams rows", "Read them with `select`, in pieces."));
      return Promise.resolve();
    }
  };
}

/** What Knex takes for a connection of the driver `pg`. */
class Connection {
  /** The migration has returned: what comes now is the end of K1's transaction. */
  ending = false;
  readonly #db: ForeignContext;
  #begun = false;

  constructor(db: ForeignContext) {
    this.#db = db;
  }

  query(
    query: string | { readonly text: string; readonly values?: readonly unknown[] },
    callback: Callback,
  ): void {
    const { text, values = [] } = typeof query === "string" ? { text: query } : query;
    if (this.#isOuter(text)) {
      callback(null, { rows: [], rowCount: null, command: text });
      return;
    }
    void this.#send(text, values, callback);
  }

  async #send(text: string, values: readonly unknown[], callback: Callback): Promise<void> {
    let result: DriverResult;
    try {
      result = await this.#db.result(text, values);
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, result);
  }

  /** K1. */
  #isOuter(text: string): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return true;
    }
    return this.ending && /^(?:COMMIT|ROLLBACK);?$/.test(text);
  }
}

/** K2. */
function recordingInto(
  factory: KnexFactory,
  file: MigrationFile,
  record: (sql: string, bindings: readonly unknown[]) => void,
): ClientClass {
  const READS = new Set(["select", "first", "pluck"]);
  return class extends postgresClient(factory) {
    acquireConnection(): Promise<object> {
      return Promise.resolve({});
    }
    releaseConnection(): Promise<void> {
      return Promise.resolve();
    }
    query(_connection: object, query: string | QueryObject): Promise<QueryObject> {
      const object = typeof query === "string" ? { sql: query } : query;
      const { sql, bindings = [], method = "", output } = object;
      if (READS.has(method) || output !== undefined) return Promise.reject(reads(file, sql));
      record(sql, bindings);
      return Promise.resolve(object);
    }
    processResponse({ sql }: QueryObject): unknown {
      return new Proxy(
        {},
        {
          get(_target, key) {
            // An awaited value is asked for its `then`.
            if (key === "then" || typeof key === "symbol") return undefined;
            throw reads(file, sql);
          },
        },
      );
    }
  };
}

function reads(file: MigrationFile, sql: string): Failure {
  return invalid(
    file,
    `has no transaction and reads from the database (\`${sql.slice(0, 60)}\`), but its SQL is collected before it runs`,
    "Move what reads into a migration with a transaction, or write the SQL so that it need not ask (`if not exists`).",
  );
}

function invalid(file: MigrationFile, what: string, action: string, cause?: unknown): Failure {
  return new Failure({
    class: "module.invalid",
    what: `\`${file.path}\` ${what}.`,
    action,
    location: { file: file.path, line: 1, column: 1 },
    ...(cause !== undefined && { cause }),
  });
}
