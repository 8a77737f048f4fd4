import { defineRule } from "../../rule.ts";
import { blocksSomebody } from "../support/blocking.ts";

export const multiDdlInOneTxn = defineRule({
  id: "multi-ddl-in-one-txn",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A transaction changes more than one thing that is in use",
  why: "Each further statement lengthens the time for which the locks of those before are held, and what is in one transaction can only be tried again together.",
  instead: "One change for each file.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;\nalter table orders add column state text;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text, add column state text;",
    },
    { sql: "create table orders (id bigint);\nalter table orders add primary key (id);" },
  ],
  otherIds: { migrationPilot: ["MP008"] },
  *check(context) {
    const before = context.transaction?.statements.filter(blocksSomebody) ?? [];
    if (!blocksSomebody(context) || before.length !== 1) return;
    yield {
      message: `Line ${before[0]!.statement.line} has locked something already, and holds it for this as well. Use a file for each change.`,
    };
  },
});
