/**
 * Short administrative work on one connection of its own: creating databases in a sandbox, looking
 * something up. Not for migrations: the session is not watched and holds no lock.
 */
import pg from "pg";

export type AdminRow = Record<string, unknown>;

/** Runs the statements one after the other, each in its own transaction; the rows of each. */
export async function runSql(url: string, ...statements: string[]): Promise<AdminRow[][]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "lockstep admin",
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks while idle is reported by the next query as well.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const results: AdminRow[][] = [];
    for (const statement of statements) {
      results.push((await client.query<AdminRow>(statement)).rows);
    }
    return results;
  } finally {
    await client.end();
  }
}
