/** Where a server lives: its program, its data, its folder for the socket and the log. */
import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { findBinaries, type PostgresMajor } from "./binaries.ts";
import { copyTemplate, templateDirectory, temporaryFolder } from "./data-directory.ts";
import { hydrate } from "./hydrate.ts";

export interface PlaceOptions {
  /** By default the newest version whose binaries are installed. */
  readonly version?: PostgresMajor;
  /** Survive a crash of the machine (fsync); off by default. */
  readonly durable?: boolean;
  /** A folder of the caller's that is kept; without it the data is temporary. */
  readonly dataDir?: string;
  /** Where the search for binaries begins; by default the current folder. */
  readonly from?: string;
  /** What the data begins as, made by `saveSnapshot`; by default a fresh server. */
  readonly snapshot?: string;
}

export interface Place {
  readonly program: string;
  readonly version: PostgresMajor;
  /** Socket, and for temporary servers everything else. */
  readonly folder: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly temporary: boolean;
}

/** Everything that has to be there before the server can be started. */
export async function preparePlace(options: PlaceOptions): Promise<Place> {
  const binaries = findBinaries(options.version, options.from);
  const home = await hydrate(binaries);
  const folder = await temporaryFolder(options.durable ?? false);
  const dataDir = options.dataDir ?? join(folder, "data");
  try {
    const exists = await access(join(dataDir, "PG_VERSION")).then(
      () => true,
      () => false,
    );
    if (!exists) {
      const template = options.snapshot ?? (await templateDirectory(home, binaries.packageVersion));
      await copyTemplate(template, dataDir);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    program: join(home, "bin", "postgres"),
    version: binaries.major,
    folder,
    dataDir,
    logFile: options.dataDir === undefined ? join(folder, "postgres.log") : `${dataDir}.log`,
    temporary: options.dataDir === undefined,
  };
}
