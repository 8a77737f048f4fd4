import { defineRule } from "../../rule.ts";

export const missingDown = defineRule({
  id: "missing-down",
  kind: "process",
  severity: "info",
  pack: "style",
  summary: "A migration has no way back",
  why: "`lockstep down` refuses to take back a migration without a `.down.sql` file. Whether a team goes back at all, or forward only, is its own decision.",
  instead: "A file of the same name that ends in `.down.sql`.",
  bad: [{ sql: "create table orders (id bigint);", hasDown: false }],
  good: [
    { sql: "create table orders (id bigint);", hasDown: true },
    { sql: "create table orders (id bigint);", note: "nobody has looked for one" },
  ],
  otherIds: { djangoMigrationLinter: ["RUNSQL_REVERSIBLE"] },
  *checkFile({ hasDown }) {
    if (hasDown !== false) return;
    yield {
      message: "There is no `.down.sql` file: `lockstep down` will refuse to take this back.",
    };
  },
});
