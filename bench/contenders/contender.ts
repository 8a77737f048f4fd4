/** One migration tool, as the benchmark runs it: files in its format, and the command. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { SmallMigration } from "../fixtures.ts";
import type { Command } from "../measure.ts";

export interface Contender {
  readonly label: string;
  /** What a reader must know to compare fairly, above all how many transactions it makes. */
  readonly note: string;
  /** False where it is not installed; then it is not in the table. */
  available(): boolean;
  /** Writes its files once; the same folder serves every repetition. */
  write(folder: string, migrations: readonly SmallMigration[]): Promise<void>;
  command(folder: string, url: string): Command;
}

export function programOnPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
