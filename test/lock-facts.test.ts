/**
 * The committed lock facts are what a server says: a sample is measured again, on the newest version
 * that is installed. All shapes and versions: scripts/generate-lock-facts.ts --check.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { measureLocks } from "../scripts/measure-locks.ts";
import { type CatalogueEntry, CATALOGUE } from "../src/locks/catalogue.ts";
import { loadLockFacts } from "../src/locks/locks-of-statement.ts";
import { type SandboxServer, startServer } from "../src/sandbox/server.ts";

const SAMPLE = [
  "alter-table/add-column",
  "alter-table/add-foreign-key",
  "alter-table/validate-constraint",
  "alter-table/attach-partition",
  "alter-table/detach-partition-concurrently",
  "create-index",
  "create-index-concurrently",
  "drop-index",
  "drop-table",
  "grant",
  "vacuum",
];

let server: SandboxServer;

beforeAll(async () => {
  server = await startServer({ settings: { autovacuum: "off" } });
}, 60_000);

afterAll(async () => {
  await server?.close();
});

it("a sample of shapes takes the locks that the committed facts say", async () => {
  const major = server.version;
  const entries = CATALOGUE.filter(({ id }) => SAMPLE.includes(id));
  const measured = await measureLocks(server.url(), major, entries);
  const committed = await loadLockFacts(major);
  const expected = Object.fromEntries(SAMPLE.toSorted().map((id) => [id, committed[id]]));
  expect(measured).toEqual(expected);
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
