import { findType, isNew, nameIn } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { textOf } from "../support/existing.ts";

export const enumRenameValue = defineRule({
  id: "enum-rename-value",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "An enum value is renamed while code still uses the old name",
  why: "The rename takes a moment and no lock on a table. But from the commit on, whoever writes or compares with the old name gets `invalid input value for enum`, and whoever reads gets a name that it does not know.",
  instead:
    "Add the new value, release code that understands both, change the rows in batches, then stop using the old one.",
  bad: [
    {
      history: "create type mood as enum ('ok', 'bad');",
      sql: "alter type mood rename value 'ok' to 'good';",
    },
  ],
  good: [
    {
      history: "create type mood as enum ('ok', 'bad');",
      sql: "alter type mood add value 'good';",
    },
    {
      sql: "create type mood as enum ('ok', 'bad');\nalter type mood rename value 'ok' to 'good';",
      note: "nobody has seen the type yet",
    },
  ],
  otherIds: { strongMigrations: ["rename_enum_value"], migrationPilot: ["MP024"] },
  on: ["AlterEnumStmt"],
  *check({ node, catalog }) {
    if (!("AlterEnumStmt" in node)) return;
    const { typeName, oldVal, newVal } = node.AlterEnumStmt;
    if (oldVal === undefined) return;
    const name = nameIn(typeName);
    const type = findType(catalog, name);
    if (type !== undefined && isNew(catalog, type)) return;
    yield {
      message: `\`${oldVal}\` of \`${name && textOf(name)}\` becomes \`${newVal}\`: running code that writes or compares \`${oldVal}\` fails. Add \`${newVal}\` beside it, and move the rows in batches.`,
    };
  },
});
