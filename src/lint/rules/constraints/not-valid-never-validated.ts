import { type Catalog, type Constraint, type Table, written } from "../../../catalog/catalog.ts";
import { isTable } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { listOf } from "../support/existing.ts";
import { isLastFile, madeInRelease } from "../support/release.ts";

export const notValidNeverValidated = defineRule({
  id: "not-valid-never-validated",
  kind: "process",
  severity: "info",
  phase: "expand",
  summary: "A constraint was added NOT VALID, and no later file validates it",
  why: "A constraint that is not validated holds for new rows only. The planner does not use it, SET NOT NULL cannot rely on it, and old rows that break it stay until an UPDATE of one fails for a reason that nobody expects.",
  instead:
    "`VALIDATE CONSTRAINT` in a later file, or in a file of the next release once the old rows are repaired.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not valid;",
    },
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders add column note text;",
      note: "left over from an earlier release",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders validate constraint total_check;",
    },
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not enforced;",
      note: "not meant to be validated",
    },
  ],
  *checkFile(file) {
    if (!isLastFile(file)) return;
    const own = madeInRelease(file, "CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_NOTNULL").filter(
      ({ constraint }) => isOpen(constraint),
    );
    for (const { constraint, table, context, added } of own) {
      yield {
        message: `\`${constraint.name}\` of \`${written(table)}\` holds for new rows only, and no later file of the release validates it. VALIDATE CONSTRAINT in a file of its own.`,
        at: added.constraint.location,
        relation: written(table),
        of: context,
      };
    }
    const known = new Set(own.map(({ constraint }) => constraint));
    const older = openConstraints(file.catalog).filter(({ constraint }) => !known.has(constraint));
    if (older.length === 0) return;
    const names = older.map(({ table, constraint }) => `${written(table)}.${constraint.name}`);
    yield {
      message: `Added NOT VALID by earlier files and never validated: ${listOf(names)}. VALIDATE CONSTRAINT when no row breaks them.`,
    };
  },
});

function isOpen({ valid, enforced, inherited = 0 }: Constraint): boolean {
  return !valid && enforced && inherited === 0;
}

function openConstraints(catalog: Catalog): { table: Table; constraint: Constraint }[] {
  return [...catalog.relations.values()]
    .filter(isTable)
    .flatMap((table) =>
      table.constraints.filter(isOpen).map((constraint) => ({ table, constraint })),
    );
}
