import type { Node } from "@pgsql/types";
import { columnOf } from "../../../catalog/find.ts";
import { stringList } from "../../../sql/tree.ts";
import { isOn } from "../../../locks/shapes/tables.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints, called, referencedBy } from "../support/constraints.ts";
import { releaseStatements } from "../support/release.ts";

export const fkNondeterministicCollation = defineRule({
  id: "fk-nondeterministic-collation",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A foreign key refers to a column whose collation takes different texts for equal",
  why: "With a collation that is not deterministic `a` and `A` may be one key. A foreign key then accepts a text that is not the one it refers to, comparing costs more, and since 18 both columns must have the same collation.",
  instead: "Refer to a column with a deterministic collation, or to a number.",
  bad: [
    {
      sql: "create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\ncreate table users (name text collate ci primary key);\ncreate table posts (id bigint primary key, author text collate ci references users);",
    },
  ],
  good: [
    {
      sql: "create table users (name text primary key);\ncreate table posts (id bigint primary key, author text references users);",
    },
  ],
  otherIds: { migrationPilot: ["MP083"] },
  *check(context) {
    const { file } = context;
    const added = addedConstraints(context, "CONSTR_FOREIGN");
    if (added.length === 0) return;
    const loose = new Set(releaseStatements(file).flatMap(({ node }) => looseCollation(node)));
    for (const one of added) {
      const other = referencedBy(one, context);
      const column = other.columns.find((name) =>
        loose.has(lastName(columnOf(other.table, name)?.collation)),
      );
      if (column === undefined) continue;
      yield {
        message: `${called(one.constraint, "The foreign key")} of \`${one.relation}\` refers to \`${other.relation}.${column}\`, whose collation takes different texts for equal. Refer to a deterministic column.`,
        at: one.constraint.location,
        relation: one.relation,
      };
    }
  },
});

/** The catalog keeps no collations: those of the release are found by their statements. */
function looseCollation(node: Node): string[] {
  if (!("DefineStmt" in node) || node.DefineStmt.kind !== "OBJECT_COLLATION") return [];
  const { defnames, definition = [] } = node.DefineStmt;
  const set = definition.some(
    (one) => "DefElem" in one && one.DefElem.defname?.toLowerCase() === "deterministic",
  );
  return set && !isOn(definition, "deterministic") ? [lastName(stringList(defnames).at(-1))] : [];
}

function lastName(name: string | undefined): string {
  return name?.split(".").at(-1) ?? "";
}
