/**
 * The committed lock facts are what a server says: a sample is measured again, on the version
 * that is tested. All shapes and versions: npm run facts -- --check.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readBuiltins } from "../scripts/generate-builtin-facts.ts";
import { measureLocks } from "../scripts/measure-locks.ts";
import { functionVolatility, isBinaryCoercible } from "../src/locks/builtins.ts";
import { type CatalogueEntry, CATALOGUE } from "../src/locks/catalogue.ts";
import { loadLockFacts } from "../src/locks/locks-of-statement.ts";
import { type SandboxServer, startServer } from "../src/sandbox/server.ts";
import { testedVersion } from "./support/postgres.ts";

const SAMPLE = [
  "alter-table/add-column",
  "alter-table/add-foreign-key",
  "alter-table/validate-constraint",
  "alter-table/attach-partition",
  "alter-table/set-not-null",
  "alter-domain/add-constraint",
  "alter-table/detach-partition-concurrently",
  "create-index",
  "create-index-concurrently",
  "drop-index",
  "drop-table",
  "grant",
  "vacuum",
  "vacuum-full",
];

let server: SandboxServer;

beforeAll(async () => {
  server = await startServer({ version: testedVersion(), settings: { autovacuum: "off" } });
}, 60_000);

afterAll(async () => {
  await server?.close();
});

it("a sample of shapes takes the locks and does the work that the committed facts say", async () => {
  const major = server.version;
  const entries = CATALOGUE.filter(({ id }) => SAMPLE.includes(id));
  const measured = await measureLocks(server.url(), major, entries);
  const committed = await loadLockFacts(major);
  const expected = Object.entries(committed).filter(([id]) =>
    SAMPLE.includes(id.split(":")[0] ?? id),
  );
  expect(measured).toEqual(Object.fromEntries(expected));
});

it("the built-in functions and casts of the server are those of the committed facts", async () => {
  const { functions, casts } = await readBuiltins(server.url());
  expect(functions.size).toBeGreaterThan(2000);
  const known = [...functions.keys()].map(
    (name) => [name, functionVolatility(name, server.version)] as const,
  );
  expect(known).toEqual([...functions]);
  expect(
    casts.filter((pair) => !isBinaryCoercible(...(pair.split(" ") as [string, string]))),
  ).toEqual([]);
});

it("a lock on a table without a role is refused, so that no lock is forgotten", async () => {
  const forgetful: CatalogueEntry = {
    id: "alter-table/add-foreign-key",
    statement: "alter table account add foreign key (org_id) references org",
    targets: { target: "account", child: "account_vip" },
  };
  await expect(measureLocks(server.url(), server.version, [forgetful])).rejects.toThrow(
    "takes SHARE ROW EXCLUSIVE on `org`, which has no role in the catalogue",
  );
});

it("work on a table without a role is refused, so that no work is forgotten", async () => {
  const forgetful: CatalogueEntry = {
    id: "create-table-as",
    statement: "create table added as select id from account",
    targets: { source: "account" },
  };
  await expect(measureLocks(server.url(), server.version, [forgetful])).rejects.toThrow(
    "works on `account_vip` (the server counted a sequential scan of it), which has no role in the catalogue",
  );
});

it("a concurrent statement that nothing holds up is refused, not measured as free of locks", async () => {
  const unhindered: CatalogueEntry = {
    id: "vacuum",
    statement: "vacuum account",
    targets: { target: "account" },
    behind: ["lock table account in access share mode"],
  };
  await expect(measureLocks(server.url(), server.version, [unhindered])).rejects.toThrow(
    "ended without waiting",
  );
});
