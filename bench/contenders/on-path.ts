/** Tools that npm does not bring: measured where their program is on the PATH. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeMigrations } from "../fixtures.ts";
import { programOnPath, type Contender } from "./contender.ts";

const golangMigrate: Contender = {
  label: "golang-migrate",
  note: "a query per file, which is an implicit transaction; the version in another",
  available: () => programOnPath("migrate"),
  write: (folder, migrations) =>
    writeMigrations(folder, migrations, ({ version, name }) => ({
      file: `${version}_${name}.up.sql`,
    })),
  command: (folder, url) => ({
    argv: ["migrate", "-path", folder, "-database", `${url}?sslmode=disable`, "up"],
  }),
};

const goose: Contender = {
  label: "goose",
  note: "a transaction per file",
  available: () => programOnPath("goose"),
  write: (folder, migrations) =>
    writeMigrations(folder, migrations, ({ sql }) => ({ text: `-- +goose Up\n${sql}` })),
  command: (folder, url) => ({
    argv: ["goose", "-dir", folder, "postgres", `${url}?sslmode=disable`, "up"],
  }),
};

const tern: Contender = {
  label: "tern",
  note: "a transaction per file",
  available: () => programOnPath("tern"),
  write: (folder, migrations) => {
    // Its numbers have no gap and begin with 1.
    let next = 1;
    return writeMigrations(folder, migrations, ({ name }) => ({
      file: `${String(next++).padStart(4, "0")}_${name}.sql`,
    }));
  },
  command: (folder, url) => ({
    argv: ["tern", "migrate", "--migrations", folder, "--conn-string", url],
  }),
};

const atlas: Contender = {
  label: "Atlas",
  note: "a transaction per file",
  available: () => programOnPath("atlas"),
  write: (folder, migrations) => writeMigrations(folder, migrations),
  command: (folder, url) => ({
    // Its checksum file is made first; `--dir` needs it, and that is a part of using it.
    argv: [
      "sh",
      "-c",
      'atlas migrate hash --dir "file://$0" && atlas migrate apply --dir "file://$0" --url "$1"',
      folder,
      `${url}?sslmode=disable`,
    ],
  }),
};

const flyway: Contender = {
  label: "Flyway",
  note: "a transaction per file",
  available: () => programOnPath("flyway"),
  async write(folder, migrations) {
    await mkdir(join(folder, "sql"), { recursive: true });
    for (const { version, name, sql } of migrations) {
      await writeFile(join(folder, "sql", `V${version}__${name}.sql`), sql);
    }
  },
  command: (folder, url) => {
    const { hostname, port, pathname, username } = new URL(url);
    return {
      argv: [
        "flyway",
        `-url=jdbc:postgresql://${hostname}:${port}${pathname}`,
        `-user=${username}`,
        "-password=",
        `-locations=filesystem:${join(folder, "sql")}`,
        "migrate",
      ],
    };
  },
};

export const ON_PATH: readonly Contender[] = [golangMigrate, goose, tern, atlas, flyway];
