import { defineRule } from "../../rule.ts";

export const createRule = defineRule({
  id: "create-rule",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A rule rewrites the queries of a table",
  why: "A rule changes the text of queries and not what is done with a row: volatile expressions are evaluated more than once, RETURNING and counts of rows come out differently, and COPY goes past it.",
  instead: "A trigger; INSTEAD OF for a view.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create rule no_delete as on delete to orders do instead nothing;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate function refuse() returns trigger language plpgsql as $$ begin return null; end $$;",
      sql: "create trigger no_delete before delete on orders for each row execute function refuse();",
    },
  ],
  otherIds: { pgrubic: ["GN034"] },
  on: ["RuleStmt"],
  *check({ node }) {
    if (!("RuleStmt" in node)) return;
    const { relation, rulename } = node.RuleStmt;
    yield {
      message: `The rule \`${rulename}\` changes the queries of \`${relation?.relname}\` and not its rows. Use a trigger.`,
      at: relation?.location,
    };
  },
});
