/** What is said about a folder that cannot be read. */
import { Failure } from "../../src/failures/failure.ts";
import { readSource } from "../../src/formats/read-source.ts";
import type { MigrationSet } from "../../src/migrations/migration.ts";
import { project } from "../support/project.ts";

/** By path in the folder; written as Latin-1, so that a file may be no UTF-8. */
export type Files = Readonly<Record<string, string>>;

export async function readFiles(files: Files, format?: string): Promise<MigrationSet> {
  const written = Object.entries(files).map(([path, text]) => [
    `migrations/${path}`,
    Buffer.from(text, "latin1"),
  ]);
  const { dir } = await project({ files: Object.fromEntries(written) });
  return readSource(["migrations"], { cwd: dir, env: {}, ...(format !== undefined && { format }) });
}

/** The failure that says so. */
export async function refusal(files: Files, format?: string): Promise<Failure> {
  const error = await readFiles(files, format).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error("The folder was read.", { cause: error });
}
