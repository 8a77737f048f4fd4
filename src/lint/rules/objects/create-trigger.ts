import { nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { existing } from "../support/existing.ts";

export const createTrigger = defineRule({
  id: "create-trigger",
  kind: "lock",
  severity: "info",
  phase: "expand",
  summary: "A trigger is created on a table that is in use",
  why: "CREATE TRIGGER takes SHARE ROW EXCLUSIVE: writes wait until the commit. That is short by itself; from then on each write of the running application runs the trigger too, and fails where it fails.",
  instead:
    "Keep it in a short transaction of its own, and the function tolerant of what the running version writes.",
  bad: [
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;",
      sql: "create trigger touch before update on orders for each row execute function touch();",
    },
  ],
  good: [
    {
      history:
        "create function touch() returns trigger language plpgsql as $$ begin return new; end $$;",
      sql: "create table orders (id bigint);\ncreate trigger touch before update on orders for each row execute function touch();",
      note: "nobody writes to the table yet",
    },
  ],
  otherIds: {
    atlas: ["PG308"],
    pgfence: ["create-trigger"],
    migrationPilot: ["MP090"],
    postgresLanguageServer: ["creatingTrigger"],
  },
  on: ["CreateTrigStmt"],
  *check({ node, catalog }) {
    if (!("CreateTrigStmt" in node)) return;
    const { relation, trigname } = node.CreateTrigStmt;
    const table = existing(catalog, nameOf(relation));
    if (table === undefined || table.relation?.kind === "view") return;
    yield {
      message: `Writes to \`${table.name}\` wait for the commit (SHARE ROW EXCLUSIVE), and from then on each of them runs \`${trigname}\`, those of the running version too.`,
      at: relation?.location,
      relation: table.name,
    };
  },
});
