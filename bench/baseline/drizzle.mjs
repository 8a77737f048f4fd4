/**
 * drizzle-orm's own migrator, bundled like the yardstick: its fastest way to be used. argv: folder.
 * JavaScript, so that checking the types of this project does not need the packages of bench/.
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { Client } from "pg";

const [folder = ""] = process.argv.slice(2);
const client = new Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
await migrate(drizzle(client), { migrationsFolder: folder });
await client.end();
