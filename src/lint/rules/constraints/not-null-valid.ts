import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const notNullValid = defineRule({
  id: "not-null-valid",
  kind: "lock",
  severity: "error",
  phase: "contract",
  summary: "A column becomes NOT NULL, and every row is looked at while reads and writes wait",
  why: "SET NOT NULL takes ACCESS EXCLUSIVE and reads the table from end to end, unless a validated constraint proves already that there is no null.",
  instead:
    "Since 18: `ADD CONSTRAINT … NOT NULL column NOT VALID`, and `VALIDATE CONSTRAINT` in a later transaction. Before: add `CHECK (column IS NOT NULL) NOT VALID`, validate it in a later transaction, then SET NOT NULL, which needs no scan any more, and drop the CHECK.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users alter column email set not null;",
    },
    {
      history:
        "create table users (id bigint primary key, email text);\nalter table users add constraint email_there check (email is not null) not valid;",
      sql: "alter table users alter column email set not null;",
      version: 17,
      note: "a CHECK that is not validated proves nothing",
    },
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint users_email_nn not null email;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, email text);\nalter table users add constraint email_there check (email is not null) not valid;\nalter table users validate constraint email_there;",
      sql: "alter table users alter column email set not null;",
    },
    {
      history: "create table users (id bigint primary key, email text not null);",
      sql: "alter table users alter column email set not null;",
      note: "it is already",
    },
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "alter table users add constraint users_email_nn not null email not valid;",
    },
    {
      sql: "create table users (id bigint primary key, email text);\nalter table users alter column email set not null;",
    },
  ],
  otherIds: {
    squawk: ["adding-not-nullable-field"],
    eugene: ["E2"],
    strongMigrations: ["change_column_null"],
    atlas: ["PG303", "MF104"],
    migrationPilot: ["MP002", "MP018"],
    pgMigrationLint: ["PGM013"],
    djangoMigrationLinter: ["NOT_NULL"],
    postgresLanguageServer: ["addingNotNullField"],
    pgrubic: ["US010"],
  },
  *check(context) {
    const modern = context.target.version >= 18;
    yield* reportWork(context, "not-null-valid", () => ({
      advice: modern
        ? "Add the NOT NULL as a constraint NOT VALID, and validate it in a later transaction."
        : "Add a CHECK (… IS NOT NULL) NOT VALID and validate it in a later transaction first.",
      fix: { title: "Prove it first, without a long lock", edits: [], recipe: "set-not-null" },
    }));
  },
});
