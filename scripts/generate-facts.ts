/**
 * Writes src/locks/facts/*.json from real servers of every major version:
 *
 *   npm run facts [-- --check] [-- --version 18]
 *
 * --check writes nothing and ends with 1 when a file is not what the servers say today. With
 * --version only that version's locks are measured; the built-ins are merged from all of them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "../src/sandbox/server.ts";
import { type BuiltinFacts, builtinsText, readBuiltins } from "./generate-builtin-facts.ts";
import { lockFactsText } from "./generate-lock-facts.ts";

const MAJORS = [14, 15, 16, 17, 18] as const;

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, version: { type: "string" } },
});
const asked = MAJORS.filter(
  (major) => values.version === undefined || major === Number(values.version),
);

const builtins = new Map<number, BuiltinFacts>();
for (const major of asked) {
  const server = await startServer({ version: major, settings: { autovacuum: "off" } });
  try {
    await keep(`pg${major}.json`, await lockFactsText(server.url(), major));
    builtins.set(major, await readBuiltins(server.url()));
  } finally {
    await server.close();
  }
}
if (builtins.size === MAJORS.length) await keep("builtins.json", builtinsText(builtins));

async function keep(name: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(`../src/locks/facts/${name}`, import.meta.url));
  if (!values.check) {
    await writeFile(file, text);
    console.log(`${name}: written`);
  } else if ((await readFile(file, "utf8").catch(() => "")) === text) {
    console.log(`${name}: as measured`);
  } else {
    console.error(`${name}: is not what PostgreSQL says; run \`npm run facts\``);
    process.exitCode = 1;
  }
}
