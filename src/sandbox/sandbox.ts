/**
 * A throw-away server with as many databases as the caller wants. Databases are cloned from
 * templates, which costs milliseconds; a template's content is made once per key.
 */
import { createHash, randomBytes } from "node:crypto";
import { runSql } from "../postgres/admin.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { createDatabaseSql } from "./create-database.ts";
import { type SandboxServer, type ServerOptions, startServer } from "./server.ts";

export interface DatabaseOptions {
  /** A database of this server, as `template` returned it; by default an empty database. */
  readonly template?: string;
}

export interface Sandbox extends AsyncDisposable {
  readonly server: SandboxServer;
  /** Creates a database and returns its connection string. */
  database(name?: string, options?: DatabaseOptions): Promise<string>;
  /** The connection string of a database of this sandbox. */
  url(database?: string): string;
  /** Makes a template once per key, calling `fill` on it; returns the template's name. */
  template(key: string, fill: (url: string) => Promise<void>): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Stops the server and removes everything. */
  stop(): Promise<void>;
}

export async function createSandbox(options: ServerOptions = {}): Promise<Sandbox> {
  const server = await startServer(options);
  const templates = new Map<string, Promise<string>>();

  const database = async (
    name = `db_${randomBytes(6).toString("hex")}`,
    { template = "template1" }: DatabaseOptions = {},
  ): Promise<string> => {
    await runSql(server.url(), createDatabaseSql(name, template, server.version));
    return server.url(name);
  };

  const makeTemplate = async (key: string, fill: (url: string) => Promise<void>) => {
    const digest = createHash("sha256").update(key).digest("hex").slice(0, 16);
    const name = `template_${digest}`;
    const url = await database(name);
    try {
      await fill(url);
      // A database with a session cannot be cloned, so nobody may connect to it any more.
      await runSql(
        server.url(),
        `alter database ${quoteIdent(name)} with allow_connections false is_template true`,
      );
    } catch (error) {
      await dropDatabase(name);
      throw error;
    }
    return name;
  };

  const dropDatabase = async (name: string): Promise<void> => {
    await runSql(server.url(), `drop database if exists ${quoteIdent(name)} with (force)`);
  };

  return {
    server,
    database,
    dropDatabase,
    url: (name) => server.url(name),
    template: (key, fill) => {
      let made = templates.get(key);
      if (made === undefined) {
        made = makeTemplate(key, fill);
        templates.set(key, made);
        // A failure is not remembered: the next call with this key tries again.
        made.catch(() => templates.delete(key));
      }
      return made;
    },
    stop: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
