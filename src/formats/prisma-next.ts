/**
 * Prisma 8 ("Prisma Next"): `migrations/<space>/<name>/` with `migration.json` and `ops.json`. The
 * space of the application is `app`; extensions have spaces of their own, which come first.
 */
import type { Migration, TheirIdentity, Version } from "../migrations/migration.ts";
import type { Folder } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { prismaNextHistory } from "./prisma-next-history.ts";
import { chainOf } from "./prisma-next/chain.ts";
import { sqlOf } from "./prisma-next/operations-sql.ts";
import { bare, isPackage, readPackage, type Package } from "./prisma-next/package.ts";
import { migrationFile } from "./sql-file.ts";

/** What its ledger wants to know of a migration. */
export interface PrismaNextIdentity extends TheirIdentity {
  readonly package: Package;
  /** The text of the contract with this hash, when the folder has it. */
  contract(hash: string): string | undefined;
}

const APP = "app";
/** `migrations/` may be named, or the folder above it. */
const PLACES = ["", "migrations", "prisma/migrations"];
/** Names that are no spaces, whatever is in them. */
const RESERVED = new Set(["refs", "snapshots"]);
/** So many folders are looked into; other tools may have thousands. */
const LOOKED_INTO = 10;

export const prismaNext: Format = {
  id: "prisma-next",
  title: "Prisma 8",
  // By the contracts that they lead from and to.
  order: "list",
  // A migration can only be applied where the contract it starts from is.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    for (const place of PLACES) {
      for (const space of [join(place, APP), place]) {
        const found = folder.list(space).folders.slice(0, LOOKED_INTO);
        const names = (path: string): string[] => folder.list(path).files.map(({ name }) => name);
        const one = found.find((path) =>
          ["migration.json", "ops.json"].every((name) => names(path).includes(name)),
        );
        if (one) return { strength: "sure", sign: `\`${one}/ops.json\`` };
      }
    }
    return undefined;
  },
  read,
  history: prismaNextHistory(),
};

interface Space {
  readonly name: string;
  readonly path: string;
}

function read({ folder, problems }: ReadInput): Migration[] {
  const { spaces, root } = spacesOf(folder);
  return spaces.flatMap(({ name, path }) => {
    const folders = folder.list(path).folders;
    const packages = folders.map((one) => readPackage(folder, one, name, problems));
    const whole = packages.filter((one) => one !== undefined);
    // Without the broken ones there are gaps, which are not worth a word.
    const broken = folders.filter((one) => isPackage(folder, one)).length > whole.length;
    const chain = broken ? whole : chainOf(whole, problems);
    return chain.map((one) => migrationOf(one, folder, root));
  });
}

/** Extensions by name, then the application: the order in which Prisma applies them. */
function spacesOf(folder: Folder): { readonly spaces: readonly Space[]; readonly root: string } {
  const holds = (path: string): boolean =>
    folder.list(path).folders.some((one) => isPackage(folder, one));
  for (const place of PLACES) {
    if (holds(place)) return { spaces: [{ name: APP, path: place }], root: place };
    const spaces = folder
      .list(place)
      .folders.map((path) => ({ name: path.slice(path.lastIndexOf("/") + 1), path }))
      .filter(({ name, path }) => !RESERVED.has(name) && holds(path));
    if (spaces.length === 0) continue;
    const isApp = ({ name }: Space): boolean => name === APP;
    return {
      spaces: [...spaces.filter((one) => !isApp(one)), ...spaces.filter(isApp)],
      root: place,
    };
  }
  return { spaces: [], root: "" };
}

function migrationOf(one: Package, folder: Folder, root: string): Migration {
  const { space, name, migrationHash, ops } = one;
  const id = space === APP ? name : `${space}/${name}`;
  const theirs: PrismaNextIdentity = {
    key: id,
    checksums: () => [migrationHash, bare(migrationHash), `sha256:${bare(migrationHash)}`],
    package: one,
    contract(hash) {
      const beside = bare(hash) === bare(one.to) ? [siblingOf(ops.file.relativePath)] : [];
      const places = [join(root, `snapshots/${bare(hash)}/contract.json`), ...beside];
      const file = places.map((path) => folder.file(path)).find((found) => found !== undefined);
      return file && (folder.text(file) || undefined);
    },
  };
  return {
    kind: "versioned",
    language: "sql",
    version: id as Version,
    name: name.replace(/^\d+T\d+_/, ""),
    id,
    up: migrationFile(ops.file, ops.bytes, { generate: () => sqlOf(one) }),
    theirs,
  };
}

/** Early versions keep the contract in the folder of the migration. */
function siblingOf(path: string): string {
  return path.replace(/ops\.json$/, "end-contract.json");
}

function join(place: string, name: string): string {
  return place === "" ? name : `${place}/${name}`;
}
