/**
 * The files of a new migration, as data: nothing is read or written here.
 */
import { join } from "node:path";

import { Failure } from "../failures/failure.ts";
import type { Version } from "./migration.ts";
import { greatestVersion } from "./version.ts";

export interface NewMigration {
  readonly dir: string;
  /** Words of any kind; becomes `lower_case_words`. */
  readonly name: string;
  readonly now: Date;
  readonly existing: readonly Version[];
  readonly language: "sql" | "ts";
  readonly withDown: boolean;
  /** Number of digits of a counted version, `4` for `0007`; without it the version is a timestamp. */
  readonly sequential?: number;
}

export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** The file to write first is the migration itself. */
export function newMigrationPath(options: NewMigration): NewFile[] {
  const { dir, language, withDown } = options;
  const id = `${nextVersion(options)}_${slugify(options.name)}`;
  if (language === "ts") {
    return [
      { path: join(dir, `${id}.ts`), content: withDown ? MODULE_UP + MODULE_DOWN : MODULE_UP },
    ];
  }
  const up = { path: join(dir, `${id}.sql`), content: SQL_UP };
  return withDown ? [up, { path: join(dir, `${id}.down.sql`), content: SQL_DOWN }] : [up];
}

/** What another tool's format makes a file name of. */
export function newMigrationId(
  options: Pick<NewMigration, "name" | "now" | "existing" | "sequential">,
): { readonly version: string; readonly slug: string } {
  return { version: nextVersion(options), slug: slugify(options.name) };
}

/** Always greater than every existing version, even when somebody's clock was ahead. */
function nextVersion(options: Pick<NewMigration, "now" | "existing" | "sequential">): string {
  const greatest = greatestVersion(options.existing);
  // BigInt, because a version may have more digits than a number keeps exactly.
  const next = greatest === undefined ? 1n : BigInt(greatest) + 1n;
  if (options.sequential !== undefined) return next.toString().padStart(options.sequential, "0");
  const timestamp = options.now
    .toISOString()
    .replaceAll(/[^0-9]/g, "")
    .slice(0, 14);
  return BigInt(timestamp) < next ? next.toString() : timestamp;
}

/** Letters and digits of any script; everything else separates words. */
function slugify(name: string): string {
  const slug = name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");
  if (slug === "") {
    throw new Failure({
      class: "usage",
      what: `A migration needs a name with letters or digits; \`${name}\` has none.`,
      action: "Name what it does: `lockstep new add users`.",
    });
  }
  // File systems allow 255 bytes for a file name, the version and `.down.sql` included.
  if (Buffer.byteLength(slug) > 200) {
    throw new Failure({
      class: "usage",
      what: "The name of the migration is longer than 200 bytes.",
      action: "Shorten the name and explain in a comment inside the file.",
    });
  }
  return slug;
}

const SQL_UP = `-- Runs in one transaction. A statement that cannot, such as
-- create index concurrently, goes in a file of its own.

`;

const SQL_DOWN = `-- Takes the migration back. Data that it has dropped does not come back.

`;

const MODULE_UP = `import type { MigrationContext } from "lockstep";

// Runs in one transaction. For a long data loop, export \`transaction = false\` and use \`db.batch\`.
export async function up(db: MigrationContext): Promise<void> {
  await db.sql\`select 1\`;
}
`;

const MODULE_DOWN = `
export async function down(db: MigrationContext): Promise<void> {
  await db.sql\`select 1\`;
}
`;
