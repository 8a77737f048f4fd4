import { defineRule } from "../../rule.ts";

/** The finding is the engine's (place.ts): such a file is refused before it is looked at. */
export const enumValueUsedInSameTransaction = defineRule({
  id: "enum-value-used-in-same-transaction",
  kind: "re-run",
  severity: "error",
  phase: "expand",
  summary: "A new enum value is used before the commit that adds it",
  why: "PostgreSQL refuses it with `unsafe use of new value` (55P04): a value that ALTER TYPE … ADD VALUE adds can be used only after the commit. Since 17 the values of a type that the same transaction creates are free of that.",
  instead: "Use the value in a later file. `lockstep split` makes two of one.",
  bad: [
    {
      history: "create type mood as enum ('bad');\ncreate table users (id bigint, mood mood);",
      sql: "alter type mood add value 'good';\nalter table users alter column mood set default 'good';",
      refused: "55P04",
    },
  ],
  good: [
    {
      history: "create type mood as enum ('bad');\ncreate table users (id bigint, mood mood);",
      sql: "alter type mood add value 'good';",
    },
    {
      sql: "create type mood as enum ('bad');\nalter type mood add value 'good';\ncreate table users (id bigint, mood mood default 'good');",
      note: "the type itself is new (since 17)",
    },
  ],
  otherIds: { migrationPilot: ["MP012", "MP054"], pgfence: ["alter-enum-add-value"] },
});
