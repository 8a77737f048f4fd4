/** A file whose SQL is made of it and not in it, once the SQL is made. */
import type { MigrationFile, Reading } from "./migration.ts";

/** The file itself where nothing is made of it. Runs code of the user where a module makes the SQL. */
export async function generatedFile(file: MigrationFile): Promise<MigrationFile> {
  const made = await generate(file.reading);
  if (made === undefined) return file;
  // Its lines are not those of the file, so that its name in messages says so.
  return { ...file, ...made, path: `${file.path} (generated SQL)` };
}

/** What takes the place of a file and its reading; undefined where the file is SQL itself. */
export async function generate(
  reading: Reading | undefined,
): Promise<{ readonly bytes: Buffer; readonly reading: Reading } | undefined> {
  if (reading?.generate === undefined) return undefined;
  const { generate: make, ...others } = reading;
  const made = await make();
  const { sql, ...rest } = typeof made === "string" ? { sql: made } : made;
  return { bytes: Buffer.from(sql), reading: { ...others, ...rest } };
}
