import type { StatementContext } from "../../context.ts";
import {
  type Name,
  findFunctions,
  findRelation,
  findType,
  isNew,
  isTable,
} from "../../../catalog/find.ts";
import { keyOf } from "../../../catalog/catalog.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { columnsOfType, dependentsOf, triggersCalling } from "../support/dependents.ts";
import { type DropKind, dropCascades, droppedNames, removeWord } from "../support/drops.ts";
import { oneEdit } from "../support/edits.ts";
import { textOf } from "../support/existing.ts";
import { columnDependents } from "../support/column-dependents.ts";

const RELATIONS: readonly DropKind[] = [
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_FOREIGN_TABLE",
];
const TYPES: readonly DropKind[] = ["OBJECT_TYPE", "OBJECT_DOMAIN"];
const FUNCTIONS: readonly DropKind[] = ["OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"];

export const dropCascade = defineRule({
  id: "drop-cascade",
  kind: "data-loss",
  severity: "warning",
  phase: "contract",
  summary: "CASCADE drops what the file does not name",
  why: "CASCADE takes along whatever depends on the object when the file runs: views, foreign keys, columns, defaults, triggers. What that is in production nobody reads in the file, and it may be more than in the author's database.",
  instead:
    "Drop the dependents by name first, and the object without CASCADE: should there be something else, PostgreSQL refuses.",
  bad: [
    {
      sql: "drop extension citext cascade;",
      unseen: "create extension citext;",
      note: "the columns of its types go",
    },
    {
      history:
        "create table orders (id bigint primary key, total int);\ncreate view totals as select total from orders;",
      sql: "drop table orders cascade;",
    },
    {
      history: "create type mood as enum ('good');\ncreate table users (id bigint, mood mood);",
      sql: "drop type mood cascade;",
      note: "the column goes, with its values",
    },
    {
      sql: "alter table orders drop constraint orders_pkey cascade;",
      unseen: "create table orders (id bigint primary key);",
      note: "nobody knows what refers to it",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key);",
      sql: "drop table if exists orders cascade;\ndrop function if exists total(bigint) cascade;\ndrop type if exists state cascade;",
      note: "the files would have made them",
    },
    {
      sql: "drop extension citext;",
      unseen: "create extension citext;",
      note: "refused by the server when something depends on it",
    },
    {
      history:
        "create table orders (id bigint primary key, total int);\ncreate view totals as select total from orders;",
      sql: "drop view totals;\ndrop table orders;",
    },
    {
      sql: "create table staging (id int);\ndrop table staging cascade;",
      note: "made by the same file",
    },
  ],
  otherIds: {
    migrationPilot: ["MP022"],
    pgMigrationLint: ["PGM202"],
    pgrubic: ["GN015"],
  },
  *check(context) {
    const { node, catalog } = context;
    const dropped = dropCascades(node) ? takenAlong(context) : [];
    const fix = oneEdit("Remove CASCADE", removeWord(context, "cascade"));
    for (const { name, along } of dropped) {
      yield {
        message: `CASCADE drops with \`${name}\` ${along.length > 0 ? listOfTexts(along) : "whatever depends on it, and the files do not show what that is"}. Drop the dependents by name, without CASCADE.`,
        ...(along.length > 0 && { severity: "error" as const }),
        ...(fix && { fix }),
      };
    }
    const table = alteredTable(node, catalog);
    if (table === undefined) return;
    for (const cmd of alterCommands(node, "AT_DropColumn", "AT_DropConstraint")) {
      if (cmd.behavior !== "DROP_CASCADE") continue;
      const along = columnDependents(catalog, table, cmd);
      yield {
        message: `CASCADE drops with \`${cmd.name}\` of \`${table.name}\` ${along.length > 0 ? listOfTexts(along) : "whatever depends on it, and the files do not show what that is"}. Drop the dependents by name, without CASCADE.`,
        ...(along.length > 0 && { severity: "error" as const }),
        ...(fix && { fix }),
      };
    }
  },
});

interface Taken {
  readonly name: string;
  readonly along: readonly string[];
}

function takenAlong({ node, catalog }: StatementContext): Taken[] {
  // IF EXISTS, and the files would have made it.
  const known = catalog.relations.size > 0 && catalog.gaps.length === 0;
  const noop = known && "DropStmt" in node && node.DropStmt.missing_ok === true;
  const relations = droppedNames(node, ...RELATIONS);
  const keys = new Set(relations.flatMap((one) => findRelation(catalog, one)?.key ?? []));
  const taken = relations.flatMap((one): Taken[] => {
    const relation = findRelation(catalog, one);
    if (relation === undefined ? noop : isNew(catalog, relation)) return [];
    if (relation !== undefined && isTable(relation) && relation.persistence === "temporary")
      return [];
    const along = relation === undefined ? [] : dependentsOf(catalog, relation, keys);
    return [{ name: textOf(one), along: along.map(({ text }) => text) }];
  });
  for (const one of droppedNames(node, ...TYPES)) {
    const type = findType(catalog, one);
    if (type === undefined ? noop : isNew(catalog, type)) continue;
    const along = type === undefined ? [] : columnsOfType(catalog, type);
    taken.push({ name: textOf(one), along: along.map(({ text }) => text) });
  }
  for (const one of droppedNames(node, "OBJECT_EXTENSION")) {
    taken.push({ name: textOf(one), along: [] });
  }
  for (const one of droppedNames(node, ...FUNCTIONS)) {
    if (noop && findFunctions(catalog, one).length === 0) continue;
    taken.push(...ofFunction(one, catalog));
  }
  return taken;
}

function ofFunction(name: Name, catalog: StatementContext["catalog"]): Taken[] {
  const found = findFunctions(catalog, name);
  if (found.length > 0 && found.every((one) => isNew(catalog, one))) return [];
  const keys = new Set(found.map((one) => keyOf(one.schema, one.name)));
  const along = triggersCalling(catalog, keys);
  return [
    {
      name: textOf(name),
      along: along.map(({ table, trigger }) => `the trigger \`${trigger}\` of \`${table.name}\``),
    },
  ];
}

function listOfTexts(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(", ");
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
