import { columnOf, constraintOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { subCommands } from "../support/alter-table.ts";

export const dropNotNullCompat = defineRule({
  id: "drop-not-null-compat",
  kind: "compatibility",
  severity: "warning",
  phase: "expand",
  summary: "A column may be null from now on, and running code does not expect it",
  why: "The change itself takes a moment. But code that was written for a column without nulls, and other readers of the table such as reports, break with the first one; and the way back needs every null to be filled first.",
  instead:
    "Deploy code that can read null first, and let the first null be written only after that.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text not null);",
      sql: "alter table users alter column email drop not null;",
    },
    {
      history:
        "create table users (id bigint primary key, email text, constraint email_nn not null email);",
      sql: "alter table users drop constraint email_nn;",
      note: "since 18 a NOT NULL has a name",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users alter column email drop not null;",
      note: "it may be null already",
    },
    {
      sql: "create table users (id bigint primary key, email text not null);\nalter table users alter column email drop not null;",
    },
  ],
  otherIds: {
    squawk: ["ban-drop-not-null"],
    migrationPilot: ["MP029"],
    pgMigrationLint: ["PGM507"],
    postgresLanguageServer: ["banDropNotNull"],
    pgrubic: ["GN013"],
  },
  on: ["AlterTableStmt"],
  *check(context) {
    const found = subCommands(context, "AT_DropNotNull", "AT_DropConstraint");
    for (const { cmd, table, relation, isNew } of found) {
      const constraint = cmd.subtype === "AT_DropConstraint" ? constraintOf(table, cmd.name) : null;
      if (isNew || constraint === undefined) continue;
      if (constraint !== null && constraint.kind !== "not-null") continue;
      const name = constraint === null ? cmd.name : constraint.columns[0];
      if (table !== undefined && columnOf(table, name)?.notNull === false) continue;
      yield {
        message: `\`${relation}.${name}\` may be null from now on: code that runs during the roll-out may not expect it. Write the first null only when all code can read it.`,
        relation,
      };
    }
  },
});
