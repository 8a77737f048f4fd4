/**
 * The shop while it is being migrated: clients that read and write orders all the time, a report
 * and an export that keep their transactions open, and what the clients felt.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";

const EVERY_MS = 5;
/** Any order of the import: the clients hardly ever meet on the same row. */
const READ = "select * from orders where id = 1 + floor(random() * 60000)::bigint";
const WRITE =
  "update orders set status = 'shipped' where id = (select 1 + floor(random() * 60000)::bigint)";

export interface Application {
  stop(): Promise<{ queries: number; slowestMs: number; errors: readonly string[] }>;
}

export async function connect(url: string, applicationName: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: applicationName });
  await client.connect();
  return client;
}

/** Two readers and two writers, each with a query every 5 ms. */
export async function startApplication(url: string): Promise<Application> {
  const statements = [READ, READ, WRITE, WRITE];
  const clients = await Promise.all(statements.map(() => connect(url, "shop")));
  // Connecting and the first use of the tables are not what a migration may slow down.
  await Promise.all(clients.map((client, index) => client.query(statements[index] ?? READ)));
  const errors: string[] = [];
  let queries = 0;
  let slowestMs = 0;
  let running = true;

  const work = async (client: Client, sql: string): Promise<void> => {
    while (running) {
      const start = performance.now();
      try {
        await client.query(sql);
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
      const took = performance.now() - start;
      queries += 1;
      slowestMs = Math.max(slowestMs, took);
      await pause(Math.max(1, EVERY_MS - took));
    }
  };
  const loops = clients.map((client, index) => work(client, statements[index] ?? READ));

  return {
    async stop() {
      running = false;
      await Promise.all(loops);
      await Promise.all(clients.map((client) => client.end()));
      return { queries, slowestMs, errors };
    },
  };
}

/** A transaction that has read a table and is still open; ends with `end`. */
export async function openTransaction(
  url: string,
  applicationName: string,
  sql: string,
): Promise<{ end(): Promise<void> }> {
  const client = await connect(url, applicationName);
  await client.query("begin isolation level repeatable read read only");
  await client.query(sql);
  return {
    async end() {
      await client.query("commit");
      await client.end();
    },
  };
}
