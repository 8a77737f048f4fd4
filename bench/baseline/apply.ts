/**
 * The yardstick: the same files, one transaction and one history row each, in one round trip each;
 * no lock, no checks, no parser. argv: folder, then `each` (a flush per file) or `deferred` (a
 * flush at the end, and every 200 ms).
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

const [folder = "", flush = "each"] = process.argv.slice(2);
const client = new Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
await client.query(
  "create table history (version text primary key, checksum text not null, applied_at timestamptz not null default now())",
);
const files = readdirSync(folder).toSorted();
let lastFlush = performance.now();
for (const [index, file] of files.entries()) {
  const bytes = readFileSync(join(folder, file));
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const defer =
    flush === "deferred" && index < files.length - 1 && performance.now() - lastFlush < 200;
  if (!defer) lastFlush = performance.now();
  const setting = defer ? "set local synchronous_commit = off; " : "";
  await client.query(
    `begin; ${setting}${bytes.toString("utf8")}; insert into history (version, checksum) values ('${file.split("_")[0]}', '${checksum}'); commit`,
  );
}
await client.end();
