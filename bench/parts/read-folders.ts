/**
 * E: reading a folder of 1,000 files and putting it in order, in each format that is made of plain
 * files. In one process, with the modules loaded: what the start of a process costs is in C.
 */
import { dirname, join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { readSource } from "../../src/formats/read-source.ts";
import { tables, type SmallMigration } from "../fixtures.ts";
import { table, verdict, type Section } from "../report.ts";
import { workFolder } from "../work.ts";

const FILES = 1000;
const MOST_MS = 150;

type Layout = (one: SmallMigration, index: number) => Readonly<Record<string, string>>;

const plain: Layout = ({ version, name, sql }) => ({ [`${version}_${name}.sql`]: sql });

const LAYOUTS: Readonly<Record<string, Layout>> = {
  native: plain,
  "golang-migrate": ({ version, name, sql }) => ({ [`${version}_${name}.up.sql`]: sql }),
  dbmate: ({ version, name, sql }) => ({
    [`${version}_${name}.sql`]: `-- migrate:up\n${sql}\n-- migrate:down\n`,
  }),
  goose: ({ version, name, sql }) => ({
    [`${version}_${name}.sql`]: `-- +goose Up\n${sql}\n-- +goose Down\n`,
  }),
  flyway: ({ version, name, sql }) => ({ [`V${version}__${name}.sql`]: sql }),
  tern: ({ name, sql }, index) => ({
    [`${String(index + 1).padStart(4, "0")}_${name}.sql`]: `${sql}---- create above / drop below ----\n`,
  }),
  prisma: ({ version, name, sql }) => ({ [`${version}_${name}/migration.sql`]: sql }),
  sqlx: ({ version, name, sql }) => ({ [`${version}_${name}.sql`]: `-- no-transaction\n${sql}` }),
  diesel: ({ version, name, sql }) => ({ [`${version}_${name}/up.sql`]: sql }),
  liquibase: ({ name, sql }) => ({
    [`${name}.sql`]: `--liquibase formatted sql\n--changeset bench:${name}\n${sql}`,
  }),
  "node-pg-migrate": ({ version, name, sql }) => ({
    [`${version}_${name}.sql`]: `-- Up Migration\n${sql}\n-- Down Migration\n`,
  }),
};

export async function readFolders(progress: (text: string) => void): Promise<Section> {
  const rows: [string, number][] = [];
  for (const [format, layout] of Object.entries(LAYOUTS)) {
    progress(format);
    const folder = await workFolder(`read-${format}`);
    for (const [index, one] of tables(FILES).entries()) {
      for (const [path, text] of Object.entries(layout(one, index))) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
    }
    rows.push([format, await best(folder, format)]);
  }
  const slowest = Math.max(...rows.map(([, ms]) => ms));
  return {
    title: `E. Reading ${FILES} files`,
    lines: [
      verdict("the slowest format", slowest, MOST_MS, " ms"),
      "",
      ...table(
        ["format", "ms"],
        rows.map(([format, ms]) => [format, ms.toFixed(0)]),
      ),
    ],
  };
}

async function best(folder: string, format: string): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 6; round += 1) {
    const began = performance.now();
    const { migrations } = await readSource([folder], { cwd: folder, env: {}, format });
    if (migrations.length !== FILES) throw new Error(`${format}: ${migrations.length} read`);
    // The first round loads modules.
    if (round > 0) least = Math.min(least, performance.now() - began);
  }
  return least;
}
