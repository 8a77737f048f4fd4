/**
 * For tests of applications: databases with all migrations applied, each cloned from a template in
 * milliseconds.
 */
import { createHash } from "node:crypto";
import { migrate } from "./library/operations.ts";
import { runnerOptions, type CommonOptions } from "./library/options.ts";
import { createSandbox, type Sandbox } from "./sandbox/sandbox.ts";

export { createSandbox, type Sandbox } from "./sandbox/sandbox.ts";

export interface TestDatabasesOptions extends Omit<CommonOptions, "connection"> {
  /** PostgreSQL major version; by default the newest whose binaries are installed. */
  readonly version?: 14 | 15 | 16 | 17 | 18;
  /** Runs once after the migrations, into the template: reference data that each test needs. */
  readonly seed?: (url: string) => Promise<void>;
}

export interface TestDatabases extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** A new database with all migrations applied; returns its connection string. */
  create(): Promise<string>;
  drop(url: string): Promise<void>;
  /** Stops the server and removes everything. */
  stop(): Promise<void>;
}

/**
 * Starts one throw-away server. The migrations run once, at the first `create`; every database
 * after that is a copy.
 */
export async function createTestDatabases(
  options: TestDatabasesOptions = {},
): Promise<TestDatabases> {
  const { version, seed, ...common } = options;
  const sandbox = await createSandbox(version === undefined ? {} : { version });
  const { migrations } = await (
    await runnerOptions({ ...common, connection: sandbox.url() })
  ).source();
  const key = createHash("sha256");
  for (const { id, up } of migrations) key.update(`${id}\n${up.checksum}\n`);
  const template = key.digest("hex");
  const stop = (): Promise<void> => sandbox.stop();
  return {
    sandbox,
    async create() {
      const name = await sandbox.template(template, async (url) => {
        await migrate({ ...common, connection: url });
        await seed?.(url);
      });
      return sandbox.database(undefined, { template: name });
    },
    drop: (url) => sandbox.dropDatabase(new URL(url).pathname.slice(1)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
