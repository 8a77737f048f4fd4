/**
 * An application at work: clients that read and write one table at a steady pace, and what they
 * felt. Latency is measured in the client, so it contains every wait for a lock.
 */
import type pg from "pg";
import { setTimeout as pause } from "node:timers/promises";
import { runSql } from "../../src/postgres/admin.ts";
import { connect } from "./database.ts";

export interface LoadOptions {
  readonly url: string;
  readonly table: string;
  readonly readers?: number;
  readonly writers?: number;
  /** Each client sends one statement per so many milliseconds; default 5. */
  readonly everyMs?: number;
  /** By default fetches one row: takes ACCESS SHARE. */
  readonly readSql?: string;
  /**
   * By default rewrites one row with its own values: takes ROW EXCLUSIVE, and the writers do not
   * wait for each other. It names the table's first column, so a migration that drops that column
   * needs a statement of its own here.
   */
  readonly writeSql?: string;
}

export interface LoadResult {
  readonly count: number;
  readonly max: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: readonly string[];
}

export interface Load {
  /** Statements finished so far. */
  count(): number;
  stop(): Promise<LoadResult>;
}

/** Resolves when every client has finished its first statement, so the load is really on. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const { url, table, readers = 2, writers = 2, everyMs = 5 } = options;
  const readSql = options.readSql ?? `select * from ${table} limit 1`;
  const writeSql = options.writeSql ?? (await rewriteOneRow(url, table));
  const latencies: number[] = [];
  const errors: string[] = [];
  let running = true;

  const once = async (client: pg.Client, sql: string): Promise<void> => {
    const start = performance.now();
    try {
      await client.query(sql);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
      // A lost connection fails at once for ever: do not spin.
      await pause(everyMs);
    }
    latencies.push(performance.now() - start);
  };

  const work = async (client: pg.Client, sql: string): Promise<void> => {
    while (running) {
      const start = performance.now();
      await once(client, sql);
      const rest = everyMs - (performance.now() - start);
      if (rest > 0) await pause(rest);
    }
  };

  const statements = [
    ...Array.from({ length: readers }, () => readSql),
    ...Array.from({ length: writers }, () => writeSql),
  ];
  const clients = await Promise.all(statements.map(() => connect(url, "test load")));
  await Promise.all(clients.map((client, i) => once(client, statements[i] ?? readSql)));
  // Connecting and the first, unplanned statement are not part of the measurement.
  latencies.length = 0;
  const loops = clients.map((client, i) => work(client, statements[i] ?? readSql));

  return {
    count: () => latencies.length,
    stop: async () => {
      running = false;
      await Promise.all(loops);
      await Promise.all(clients.map((client) => client.end()));
      return summarize(latencies, errors);
    },
  };
}

async function rewriteOneRow(url: string, table: string): Promise<string> {
  const [rows] = await runSql(
    url,
    `select pg_catalog.quote_ident(attname) as name
     from pg_catalog.pg_attribute
     where attrelid = '${table.replaceAll("'", "''")}'::pg_catalog.regclass
       and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'
     order by attnum
     limit 1`,
  );
  const column = String(rows?.[0]?.["name"]);
  return `update ${table} set ${column} = ${column}
    where ctid = (select ctid from ${table} limit 1 for update skip locked)`;
}

function summarize(latencies: readonly number[], errors: readonly string[]): LoadResult {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, max: sorted.at(-1) ?? 0, p50: at(0.5), p99: at(0.99), errors };
}
