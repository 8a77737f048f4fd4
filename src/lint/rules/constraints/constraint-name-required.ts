import { defineRule } from "../../rule.ts";
import { addedConstraints } from "../support/constraints.ts";

const WORDS = {
  CONSTR_CHECK: "CHECK",
  CONSTR_FOREIGN: "foreign key",
  CONSTR_UNIQUE: "UNIQUE",
  CONSTR_PRIMARY: "primary key",
  CONSTR_EXCLUSION: "EXCLUDE",
} as const;

export const constraintNameRequired = defineRule({
  id: "constraint-name-required",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "naming",
  summary: "A constraint has no name of its own",
  why: "PostgreSQL makes one up, and adds a number when it is taken: the file that drops or validates it later has to guess, and two databases may have it under two names.",
  instead: "`CONSTRAINT name` before it.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add check (total >= 0) not valid;",
    },
    { sql: "create table orders (id bigint primary key, total numeric);" },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not valid;",
    },
    {
      sql: "create table orders (id bigint constraint orders_pkey primary key, total numeric not null);",
      note: "a NOT NULL needs no name",
    },
  ],
  otherIds: { pgrubic: ["NM002", "NM003", "NM004", "NM005", "NM006", "NM008"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const kinds = Object.keys(WORDS) as (keyof typeof WORDS)[];
    for (const { constraint, relation } of addedConstraints(context, ...kinds)) {
      if (constraint.conname !== undefined || constraint.indexname !== undefined) continue;
      const word = WORDS[constraint.contype as keyof typeof WORDS];
      yield {
        message: `The ${word} of \`${relation}\` has no name: whoever drops it later has to guess it. Write CONSTRAINT and a name before it.`,
        at: constraint.location,
        relation,
      };
    }
  },
});
