/** The text of src/locks/facts/pg<major>.json, measured on a running server. */
import { CATALOGUE } from "../src/locks/catalogue.ts";
import { measureLocks } from "./measure-locks.ts";

export async function lockFactsText(url: string, major: number): Promise<string> {
  const facts = await measureLocks(url, major, CATALOGUE);
  // A line for each entry: small to load, and a difference is still readable.
  const lines = Object.entries(facts).map((entry) =>
    entry.map((part) => JSON.stringify(part)).join(":"),
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}
