import { nameIn } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { existing } from "../support/existing.ts";
import { stringList } from "../../../sql/tree.ts";
import { laterStatements } from "../support/later.ts";

export const dropTrigger = defineRule({
  id: "drop-trigger",
  kind: "compatibility",
  severity: "warning",
  phase: "contract",
  summary: "A trigger is dropped on which running code may rely",
  why: "DROP TRIGGER takes ACCESS EXCLUSIVE on the table, for a moment. What the trigger did (keeping two columns equal, an audit row, a search vector) ends at the commit, while the old version of the application still runs.",
  instead:
    "Drop it in a release after the last code that needs what it does. To change a trigger, CREATE OR REPLACE TRIGGER (since 14).",
  bad: [
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate trigger touch before update on orders for each row execute function touch();",
      sql: "drop trigger touch on orders;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate trigger touch before update on orders for each row execute function touch();",
      sql: "drop trigger touch on orders;\ncreate trigger touch before insert or update on orders for each row execute function touch();",
      note: "made again in the same transaction",
    },
  ],
  otherIds: { pgfence: ["drop-trigger"], postgresLanguageServer: ["banDropTrigger"] },
  on: ["DropStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_TRIGGER") return;
    for (const object of node.DropStmt.objects ?? []) {
      const words = "List" in object ? stringList(object.List.items) : [];
      const trigger = words.at(-1);
      const table = existing(
        catalog,
        nameIn(words.slice(0, -1).map((sval) => ({ String: { sval } }))),
      );
      if (table === undefined || trigger === undefined) continue;
      const again = laterStatements(context).some(
        ({ node: later }) => "CreateTrigStmt" in later && later.CreateTrigStmt.trigname === trigger,
      );
      if (again) continue;
      yield {
        message: `What \`${trigger}\` does for \`${table.name}\` ends while the old version of the application still runs. Drop it one release after the last code that needs it.`,
        relation: table.name,
      };
    }
  },
});
