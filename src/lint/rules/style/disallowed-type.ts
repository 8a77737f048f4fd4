import { aboutTypes } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

/** What is not wanted, and what is wanted instead. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  xml: "jsonb, or text where it is only kept",
  hstore: "jsonb",
};

export const disallowedType = defineRule({
  id: "disallowed-type",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is of a type that has a better successor",
  why: "`xml` has no equality and cannot be indexed, and `hstore` knows texts only and needs its extension.",
  instead: "`jsonb` for documents and keyed values, `text` for XML that is only kept.",
  bad: [
    { sql: "create table events (id bigint primary key, body xml);" },
    {
      history: "create extension hstore;",
      sql: "create table events (id bigint primary key, tags hstore);",
    },
  ],
  good: [{ sql: "create table events (id bigint primary key, body jsonb, tags text[]);" }],
  otherIds: { pgrubic: ["TP012", "TP013", "TP014"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      Object.hasOwn(SUCCESSORS, declared.type.name)
        ? `${column} is of type ${declared.type.name}. Use ${SUCCESSORS[declared.type.name]}.`
        : undefined,
    );
  },
});
