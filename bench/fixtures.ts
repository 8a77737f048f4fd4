/**
 * Migrations to measure with. `mixed` is what a young project's folder looks like: out of five
 * files one creates a table, one adds a column to it, one an index, one a row, one a function.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface SmallMigration {
  readonly version: string;
  readonly name: string;
  readonly sql: string;
}

export function mixed(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const table = `bench_${Math.floor(index / 5)}`;
    const [name, sql] = [
      [
        `create_${table}`,
        `create table ${table} (\n  id bigint generated always as identity primary key,\n  name text not null\n);`,
      ],
      [`add_email_to_${table}`, `alter table ${table} add column email text;`],
      [`index_${table}`, `create index ${table}_name on ${table} (name);`],
      [`fill_${table}`, `insert into ${table} (name) values ('first');`],
      [
        `function_${table}`,
        `create function ${table}_count() returns bigint language sql stable\n  as 'select count(*) from ${table}';`,
      ],
    ][index % 5]!;
    return { version: versionOf(index), name: name!, sql: `${sql!}\n` };
  });
}

/** Tables only: no file touches what an earlier one made. */
export function tables(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => ({
    version: versionOf(index),
    name: `create_bench_${index}`,
    sql: `create table bench_${index} (\n  id bigint generated always as identity primary key,\n  name text not null\n);\n`,
  }));
}

/** A table, then as many ALTERs of it as new tables: the links that queries travel count here. */
export function halfAlters(count: number): readonly SmallMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const table = `bench_${Math.floor(index / 2)}`;
    return index % 2 === 0
      ? {
          version: versionOf(index),
          name: `create_${table}`,
          sql: `create table ${table} (id int);\n`,
        }
      : {
          version: versionOf(index),
          name: `alter_${table}`,
          sql: `alter table ${table} add column note text;\n`,
        };
  });
}

/** Fourteen digits, as most tools want them; counted up from a day long past. */
export function versionOf(index: number): string {
  return String(20240101000000n + BigInt(index));
}

/** `<version>_<name>.sql` with whatever the tool wants around the statements. */
export async function writeMigrations(
  folder: string,
  migrations: readonly SmallMigration[],
  format: (migration: SmallMigration) => { file?: string; text?: string } = () => ({}),
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const migration of migrations) {
    const { file = `${migration.version}_${migration.name}.sql`, text = migration.sql } =
      format(migration);
    await writeFile(join(folder, file), text);
  }
}
