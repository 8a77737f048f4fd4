import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeMigrations } from "../fixtures.ts";
import { ROOT } from "../work.ts";
import type { Contender } from "./contender.ts";

/** The binary itself: its npm wrapper would add a start of Node. */
export const DBMATE: string = join(
  ROOT,
  `bench/node_modules/@dbmate/${process.platform}-${process.arch}/bin/dbmate`,
);

export const dbmate: Contender = {
  label: "dbmate",
  note: "its Go binary; a transaction per file",
  available: () => existsSync(DBMATE),
  write: (folder, migrations) =>
    writeMigrations(join(folder, "db"), migrations, ({ sql }) => ({
      text: `-- migrate:up\n${sql}\n-- migrate:down\n`,
    })),
  command: (folder, url) => ({
    argv: [DBMATE, "--url", `${url}?sslmode=disable`, "-d", "db", "--no-dump-schema", "migrate"],
    cwd: folder,
  }),
};
