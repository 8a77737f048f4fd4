import type { Node } from "@pgsql/types";
import { isNew } from "../../../catalog/find.ts";
import { written } from "../../../catalog/catalog.ts";
import { defineRule } from "../../rule.ts";
import { dropCascades, droppedNames } from "../support/drops.ts";
import { listOf } from "../support/existing.ts";

export const dropSchema = defineRule({
  id: "drop-schema",
  kind: "data-loss",
  severity: "error",
  phase: "contract",
  summary: "A schema is dropped",
  why: "With CASCADE everything in it goes, rows included, under ACCESS EXCLUSIVE on each of its tables at once. Without, PostgreSQL refuses unless the schema is empty.",
  instead:
    "Drop the tables by name in a release after the last code that uses them, then the empty schema.",
  bad: [
    {
      history: "create schema billing;\ncreate table billing.invoices (id bigint primary key);",
      sql: "drop schema billing cascade;",
    },
    {
      sql: "drop schema billing cascade;",
      unseen: "create schema billing;",
      note: "nobody knows what is in it",
    },
    {
      sql: "drop owned by reporting;",
      note: "all that belongs to a role",
    },
  ],
  good: [
    {
      history: "create schema billing;",
      sql: "drop schema billing;",
      note: "refused by the server unless it is empty",
    },
  ],
  otherIds: {
    atlas: ["DS101"],
    pgfence: ["drop-schema"],
    migrationPilot: ["MP035"],
    pgMigrationLint: ["PGM205"],
    postgresLanguageServer: ["banDropSchema"],
    pgrubic: ["US009"],
  },
  on: ["DropStmt", "DropOwnedStmt"],
  *check({ node, catalog }) {
    if ("DropOwnedStmt" in node) {
      yield {
        message:
          "Every table, view and function of this database that belongs to the role goes, with its rows, and the role's privileges too. Drop by name what is meant, and REASSIGN OWNED the rest.",
      };
    }
    if (!dropCascades(node)) return;
    for (const { name } of droppedNames(node, "OBJECT_SCHEMA")) {
      const inside = [...catalog.relations.values()].filter(
        (relation) => relation.schema === name && relation.kind !== "index",
      );
      if (inside.length > 0 && inside.every((relation) => isNew(catalog, relation))) continue;
      const what =
        inside.length > 0 ? listOf(inside.map((one) => written(one))) : "everything in it";
      yield {
        message: `The schema \`${name}\` goes with ${what}. Drop its tables by name after the last code that uses them, then the empty schema.`,
        // As the first file of a folder begins: most often there is none.
        ...(inside.length === 0 && isIfExists(node) && { severity: "warning" as const }),
      };
    }
  },
});

function isIfExists(node: Node): boolean {
  return "DropStmt" in node && node.DropStmt.missing_ok === true;
}
