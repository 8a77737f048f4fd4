/**
 * The replayed catalog is what a real server has after the same statements. Each statement runs by
 * itself; what the server refuses is part of a history only where it is marked.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import type pg from "pg";
import { expect, test } from "vitest";
import { type Catalog, emptyCatalog } from "../../src/catalog/catalog.ts";
import { applyStatement } from "../../src/catalog/replay/apply-statement.ts";
import { loadParser } from "../../src/sql/parser.ts";
import { parseText } from "../../src/sql/test-parse.ts";
import type { Statement } from "../../src/sql/statement.ts";
import { connect, freshDatabase } from "../support/database.ts";
import { testedVersion } from "../support/postgres.ts";
import { constraintNamesOf, factsOf } from "./facts.ts";
import { HISTORIES } from "./histories.ts";
import { factsOfServer } from "./server-facts.ts";

const VERSION = testedVersion();
const ROOT = join(import.meta.dirname, "..", "..");

const histories = HISTORIES.filter(({ since = 14, until = 99 }) => {
  return VERSION >= since && VERSION <= until;
});

test.each(histories)("the catalog is that of the server: $name", async ({ sql, refused }) => {
  await using db = await freshDatabase();
  const client = await connect(db.url, "test replay");
  try {
    const catalog = await newCatalog(client);
    const { statements } = await parseText(sql);
    const errors: string[] = [];
    for (const statement of statements) {
      catalog.step += 1;
      const error = await attempt(client, statement);
      if (error !== undefined) errors.push(error);
      await replay(catalog, statement);
    }
    expect(errors).toEqual(refused ?? []);
    await compare(client, catalog);
  } finally {
    await client.end();
  }
});

test.each(fixtureFolders())("the fixtures in %s", async (folder) => {
  await using db = await freshDatabase();
  const client = await connect(db.url, "test replay");
  try {
    const catalog = await newCatalog(client);
    for (const statement of await statementsIn(folder)) {
      catalog.step += 1;
      // Down files undo, and fixtures of broken files fail: what did not happen is not replayed.
      if ((await attempt(client, statement)) === undefined) await replay(catalog, statement);
    }
    await compare(client, catalog);
  } finally {
    await client.end();
  }
});

test("statements in any order leave a catalog that holds together", async () => {
  const statements = await Promise.all(
    HISTORIES.map(async ({ sql }) => (await parseText(sql)).statements),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(statements.flat(), { minLength: 100, maxLength: 200 }),
      async (some) => {
        const catalog = emptyCatalog();
        for (const statement of some) {
          catalog.step += 1;
          await replay(catalog, statement);
        }
        expect(catalog.constraintNames).toEqual(constraintNamesOf(catalog));
        expect(
          factsOf(catalog, VERSION).filter((line) => /^missing|without its/.test(line)),
        ).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

async function newCatalog(client: pg.Client): Promise<Catalog> {
  const { rows } = await client.query<{ path: string[] }>(
    "select pg_catalog.current_schemas(false)::text[] as path",
  );
  return emptyCatalog(rows[0]!.path);
}

async function attempt(client: pg.Client, statement: Statement): Promise<string | undefined> {
  try {
    await client.query(statement.text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function replay(catalog: Catalog, statement: Statement): Promise<void> {
  const parser = await loadParser();
  applyStatement(catalog, statement, {
    file: "history.sql",
    version: VERSION,
    parse: (sql) => parser.parse(sql).stmts.flatMap(({ stmt }) => (stmt ? [stmt] : [])),
  });
}

async function compare(client: pg.Client, catalog: Catalog): Promise<void> {
  const theirs = await factsOfServer(client, VERSION, catalog);
  const ours = factsOf(catalog, VERSION);
  // What code did is not known; nothing else may be wrong.
  if (catalog.gaps.length > 0) expect(theirs).toEqual(expect.arrayContaining(ours));
  else expect(ours).toEqual(theirs);
  expect(catalog.constraintNames).toEqual(constraintNamesOf(catalog));
  // Plain data, for caches.
  expect(deserialize(serialize(catalog))).toEqual(catalog);
}

/** Those of one tool are one history. */
function fixtureFolders(): string[] {
  return ["test/formats", "examples"]
    .flatMap((top) => readdirSync(join(ROOT, top)).map((folder) => join(top, folder)))
    .filter((folder) => sqlFilesIn(folder).length > 0);
}

function sqlFilesIn(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => join(path, name));
}

async function statementsIn(folder: string): Promise<Statement[]> {
  const found: Statement[] = [];
  for (const path of sqlFilesIn(folder)) {
    try {
      found.push(...(await parseText(readFileSync(path))).statements);
    } catch {
      // Broken on purpose, or of a tool with a language of its own around the SQL.
    }
  }
  return found;
}
