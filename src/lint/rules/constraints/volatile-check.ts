import { expressionVolatility } from "../../../catalog/volatility.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints, called } from "../support/constraints.ts";

export const volatileCheck = defineRule({
  id: "volatile-check",
  kind: "bug",
  severity: "warning",
  phase: "expand",
  summary: "A CHECK calls a function whose result changes",
  why: "PostgreSQL tests a CHECK when a row is written, and takes it to hold from then on. With a function that is not immutable (`now()`, `random()`, one that reads tables) rows break it later without anybody noticing, until a dump cannot be restored or a VALIDATE fails.",
  instead:
    "Only immutable functions in a CHECK. What depends on the time or on other rows belongs into a trigger or into the application.",
  bad: [
    {
      sql: "create table offers (id bigint primary key, ends_at timestamptz check (ends_at > now()));",
    },
    {
      history: "create table offers (id bigint primary key, ends_at timestamptz);",
      sql: "alter table offers add constraint later check (ends_at > clock_timestamp()) not valid;",
    },
  ],
  good: [
    { sql: "create table users (id bigint primary key, email text check (email = lower(email)));" },
    {
      sql: "create table users (id bigint primary key, email text check (is_email(email)));",
      unseen:
        "create function is_email(text) returns boolean language sql immutable return $1 like '%@%';",
      note: "a function that no file makes may well be immutable",
    },
    {
      sql: "create table users (id bigint primary key, name text check (length(name) < 100));",
      note: "length() is immutable for text, and stable for names",
    },
  ],
  otherIds: { migrationPilot: ["MP087"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { catalog, target } = context;
    for (const { constraint, relation } of addedConstraints(context, "CONSTR_CHECK")) {
      const found = expressionVolatility(constraint.raw_expr, catalog, target.version);
      if (found.volatility === "immutable" || !found.certain) continue;
      const cause =
        found.because === undefined
          ? "depends on the time or on the session"
          : `calls \`${found.because}\`, which is ${found.volatility}`;
      yield {
        message: `${called(constraint, "The CHECK")} of \`${relation}\` ${cause}: rows break it later without notice. Use immutable functions only.`,
        at: constraint.location,
        severity: found.volatility === "stable" ? "info" : "warning",
        relation,
      };
    }
  },
});
