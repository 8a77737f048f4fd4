import { defineRule } from "../../rule.ts";
import { blocksSomebody } from "../support/blocking.ts";

export const missingApplicationName = defineRule({
  id: "missing-application-name",
  kind: "process",
  severity: "info",
  pack: "style",
  handledByRunner: "The runner's sessions have an application_name.",
  summary: "Nobody sees in pg_stat_activity that it is a migration that keeps them waiting",
  why: "Whoever looks for the cause of a queue sees a session, and not what it is for.",
  instead:
    "`SET application_name = 'migrations'` at the top of the file, or in the connection string.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "set application_name = 'migrations';\nalter table orders add column note text;",
    },
  ],
  otherIds: { pgfence: ["missing-application-name"] },
  *check(context) {
    const { settings, file } = context;
    if (!blocksSomebody(context) || settings.has("application_name")) return;
    if (file.before.some(blocksSomebody)) return;
    yield {
      message:
        "Whoever waits for this sees a session without a name in pg_stat_activity. Set application_name.",
    };
  },
});
