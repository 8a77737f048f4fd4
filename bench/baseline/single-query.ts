/** All files in one simple-protocol query, which is one transaction, one flush and one round trip. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

const [folder = ""] = process.argv.slice(2);
const client = new Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
const files = readdirSync(folder).toSorted();
await client.query(files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n"));
await client.end();
