import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const banChar = defineRule({
  id: "ban-char",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is of fixed length",
  why: "`char(n)` is padded with blanks, stored with them, and compared without them. It is never faster than `text`, and any change of its type rewrites the table.",
  instead: "`text`, with a CHECK where the length is fixed.",
  bad: [{ sql: "create table users (id bigint primary key, country char(2));" }],
  good: [
    {
      sql: "create table users (id bigint primary key, country text check (length(country) = 2));",
    },
  ],
  otherIds: {
    squawk: ["ban-char-field"],
    postgresLanguageServer: ["banCharField"],
    pgMigrationLint: ["PGM103"],
    migrationPilot: ["MP041"],
    pgrubic: ["TP004"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "bpchar")
        ? `${column} is padded with blanks to its length. Use text, with a CHECK where the length is fixed.`
        : undefined,
    );
  },
});
