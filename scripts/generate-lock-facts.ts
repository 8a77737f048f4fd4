/**
 * Writes src/locks/facts/pg<major>.json from real servers:
 *
 *   npx jiti scripts/generate-lock-facts.ts [--check] [--version 18]
 *
 * --check writes nothing and ends with 1 when a file is not what the server says today.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CATALOGUE } from "../src/locks/catalogue.ts";
import { startServer } from "../src/sandbox/server.ts";
import { measureLocks } from "./measure-locks.ts";

const MAJORS = [14, 15, 16, 17, 18] as const;

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, version: { type: "string" } },
});

let outdated = 0;
for (const major of MAJORS) {
  if (values.version !== undefined && Number(values.version) !== major) continue;
  const file = fileURLToPath(new URL(`../src/locks/facts/pg${major}.json`, import.meta.url));
  const text = await measure(major);
  if (!values.check) {
    await writeFile(file, text);
    console.log(`pg${major}.json: written`);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error(`pg${major}.json: is not what PostgreSQL ${major} says; run without --check`);
    outdated++;
  } else {
    console.log(`pg${major}.json: as measured`);
  }
}
if (outdated > 0) process.exitCode = 1;

async function measure(major: (typeof MAJORS)[number]): Promise<string> {
  const server = await startServer({ version: major, settings: { autovacuum: "off" } });
  try {
    const facts = await measureLocks(server.url(), major, CATALOGUE);
    // A line for each entry: small to load, and a difference is still readable.
    const lines = Object.entries(facts).map((entry) =>
      entry.map((part) => JSON.stringify(part)).join(":"),
    );
    return `{\n${lines.join(",\n")}\n}\n`;
  } finally {
    await server.close();
  }
}
