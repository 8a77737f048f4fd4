import { defineRule } from "../../rule.ts";

/** The finding is the engine's (place.ts): there is no statement to look at. */
export const syntaxError = defineRule({
  id: "syntax-error",
  kind: "bug",
  severity: "error",
  summary: "The parser cannot read the file",
  why: "PostgreSQL's own grammar refuses it, and so would the server, at the moment of the deploy. No other rule can look at the file.",
  instead:
    "Correct the statement. What only a newer server than the grammar's (18) understands is sent as it is, and cannot be looked at.",
  bad: [{ sql: "alter table orders add colum note text,;", refused: "42601" }],
  good: [
    {
      sql: "alter table orders add column note text;",
      history: "create table orders (id bigint primary key);",
    },
  ],
  otherIds: { squawk: ["syntax-error"] },
});
