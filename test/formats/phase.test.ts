/** The phase of a migration is read in folders of other tools as in ours, with and without a parser. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { phaseOf } from "../../src/migrations/phase.ts";
import { Preparer } from "../../src/runner/prepare.ts";
import { folderWith } from "./folders.ts";

let dir: string | undefined;
afterEach(() => {
  if (dir !== undefined) rmSync(dirname(dir), { recursive: true });
  dir = undefined;
});

const MARK = "-- lockstep:phase contract";
const DROP = "drop table a;\n";

const FOLDERS: readonly (readonly [format: string, files: Record<string, string>])[] = [
  ["golang-migrate", { "1_a.up.sql": `${MARK}\n${DROP}`, "1_a.down.sql": "select 1;" }],
  ["dbmate", { "1_a.sql": `-- migrate:up\n${MARK}\n${DROP}-- migrate:down\nselect 1;\n` }],
  ["goose", { "00001_a.sql": `${MARK}\n-- +goose Up\n${DROP}-- +goose Down\nselect 1;\n` }],
  ["goose", { "00001_a.sql": `-- +goose Up\n${MARK}\n${DROP}-- +goose Down\nselect 1;\n` }],
  ["sql-migrate", { "1_a.sql": `-- +migrate Up\n${MARK}\n${DROP}-- +migrate Down\nselect 1;\n` }],
  ["flyway", { "V1__a.sql": `/* a licence */\n${MARK}\n${DROP}` }],
  ["sqlx", { "1_a.sql": `${MARK}\n${DROP}` }],
  ["tern", { "001_a.sql": `${MARK}\n${DROP}---- create above / drop below ----\nselect 1;\n` }],
  ["diesel", { "1_a/up.sql": `${MARK}\n${DROP}`, "1_a/down.sql": "select 1;\n" }],
  [
    "liquibase",
    {
      "a.sql": `--liquibase formatted sql\n--changeset ann:1\nselect 1;\n--changeset ann:2\n${MARK}\n${DROP}`,
    },
  ],
];

test.each(FOLDERS)("%s", async (format, files) => {
  dir = folderWith(files);
  const { migrations } = await readSource([dir], { cwd: dir, env: {}, format });
  expect(migrations.map((one) => phaseOf(one).phase).at(-1)).toBe("contract");
  const prepared = await new Preparer({ serverVersion: 180_000 }).prepare(migrations.at(-1)!, "up");
  expect(prepared.directives.phase).toBe("contract");
  if (format === "liquibase") expect(phaseOf(migrations[0]!)).toEqual({});
});
