/** A file whose SQL is made of it and not in it, once the SQL is made. */
import type { MigrationFile } from "./migration.ts";

/** The file itself where nothing is made of it. Runs code of the user where a module makes the SQL. */
export async function generatedFile(file: MigrationFile): Promise<MigrationFile> {
  if (file.reading?.generate === undefined) return file;
  const { generate, ...reading } = file.reading;
  const made = await generate();
  const { sql, ...rest } = typeof made === "string" ? { sql: made } : made;
  return {
    ...file,
    // Its lines are not those of the file, so that its name in messages says so.
    path: `${file.path} (generated SQL)`,
    bytes: Buffer.from(sql),
    reading: { ...reading, ...rest },
  };
}
