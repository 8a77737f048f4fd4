import { defineRule } from "../../rule.ts";
import { insertAtEnd } from "../support/edits.ts";
import { findType, nameIn } from "../../../catalog/find.ts";

export const enumValueOrdering = defineRule({
  id: "enum-value-ordering",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "expand",
  summary: "A new enum value does not say where it sorts",
  why: "Without BEFORE or AFTER it sorts behind all others, and the order of an enum cannot be changed later.",
  instead: "`ADD VALUE 'new' AFTER 'old'`.",
  bad: [
    {
      history: "create type size as enum ('small', 'large');",
      sql: "alter type size add value 'medium';",
    },
  ],
  good: [
    {
      history: "create type size as enum ('small', 'large');",
      sql: "alter type size add value 'medium' before 'large';",
    },
  ],
  otherIds: { squawk: ["require-enum-value-ordering"], pgfence: ["alter-enum-no-ordering"] },
  on: ["AlterEnumStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("AlterEnumStmt" in node)) return;
    const { typeName, newVal, oldVal, newValNeighbor } = node.AlterEnumStmt;
    if (newVal === undefined || oldVal !== undefined || newValNeighbor !== undefined) return;
    const type = findType(catalog, nameIn(typeName));
    const last = type?.kind === "enum" ? type.values.at(-1) : undefined;
    yield {
      message: `\`${newVal}\` sorts behind all other values, and that cannot be changed later. Say BEFORE or AFTER which value it stands.`,
      ...(last !== undefined && {
        fix: {
          title: "Say where it sorts",
          edits: [insertAtEnd(context, ` AFTER '${last.replaceAll("'", "''")}'`)],
        },
      }),
    };
  },
});
