/**
 * Signs that a folder may be in the format of another tool. They only decide whether it is worth
 * loading the formats, which look properly; a start with a folder of ours must not pay for them.
 */

const NAMES = new Set([
  "atlas.sum",
  "committed",
  "current",
  "current.sql",
  "deploy",
  "flyway.conf",
  "flyway.toml",
  "meta",
  "migration_lock.toml",
  "sqitch.plan",
  "tern.conf",
]);

export function isForeignName(name: string): boolean {
  // `.down.sql` alone is ours.
  return NAMES.has(name) || /\.up\.(?:sql|fizz)$/i.test(name) || /^[VUB][0-9]/.test(name);
}

/** What their markers have in common, whatever the spaces around it; looked for as bytes. */
export const FOREIGN_TEXTS: readonly string[] = [
  "migrate:up",
  "+goose",
  "+migrate",
  "create above / drop below",
  "tern: disable-tx",
  "atlas:",
  "statement-breakpoint",
  "liquibase formatted sql",
  "no-transaction",
  "--! ",
  "knex",
  "Knex",
  "Up Migration",
  "up migration",
  "node-pg-migrate",
  "pgm",
];
