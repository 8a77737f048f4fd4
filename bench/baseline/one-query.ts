/** The least that a program with `pg` can do: connect, one query, end. */
import { Client } from "pg";

const client = new Client({ connectionString: process.env["DATABASE_URL"] });
await client.connect();
await client.query("select 1");
await client.end();
