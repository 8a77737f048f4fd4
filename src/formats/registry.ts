/** All formats but our own, in the order in which names in more than one tool's form are given to them. */
import { atlas } from "./atlas.ts";
import { dbmate } from "./dbmate.ts";
import { diesel } from "./diesel.ts";
import { drizzle } from "./drizzle.ts";
import { drizzleV1 } from "./drizzle-v1.ts";
import { flyway } from "./flyway.ts";
import type { Format } from "./format.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { knex } from "./knex.ts";
import { liquibase } from "./liquibase.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { numbered } from "./numbered.ts";
import { popx } from "./popx.ts";
import { prismaNext } from "./prisma-next.ts";
import { prisma } from "./prisma.ts";
import { sqlMigrate } from "./sql-migrate.ts";
import { sqitch } from "./sqitch.ts";
import { sqlx } from "./sqlx.ts";
import { tern } from "./tern.ts";

export const FORMATS: readonly Format[] = [
  atlas,
  dbmate,
  tern,
  flyway,
  goose,
  sqlMigrate,
  // Its names are also golang-migrate's, with a database in them.
  popx,
  // Its two-way names are golang-migrate's; what is around the folder makes them its own.
  sqlx,
  golangMigrate,
  graphileMigrate,
  liquibase,
  nodePgMigrate,
  prisma,
  prismaNext,
  drizzle,
  drizzleV1,
  knex,
  sqitch,
  diesel,
  // Last: whatever has a number is one of them.
  numbered,
];
