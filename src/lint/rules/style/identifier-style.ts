import { declaredNames } from "../support/declared-names.ts";
import { defineRule } from "../../rule.ts";

/** pg_get_keywords() of PostgreSQL 18: what is reserved, for columns or for functions and types. */
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check
  collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign freeze from full grant group having ilike in
  initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
  references returning right select session_user similar some symmetric system_user table
  tablesample then to trailing true union unique user using variadic verbose when where window
  with`.split(/\s+/),
);

export const identifierStyle = defineRule({
  id: "identifier-style",
  kind: "style",
  severity: "warning",
  pack: "naming",
  summary: "A name has to be quoted, or misleads",
  why: "A name with capitals, blanks or other signs, and one that is a reserved word, has to be put into double quotes wherever it is used, and is not found where they are forgotten. Names that begin with `pg_` look like the system's own, and a single letter says nothing.",
  instead: "Lower-case letters, digits and underscores; words that are not reserved.",
  bad: [
    { sql: 'create table "Orders" (id bigint primary key);' },
    { sql: 'create table "order" (id bigint primary key);' },
    { sql: "create table orders (id bigint primary key, q int);" },
    { sql: "create table pg_orders (id bigint primary key);" },
  ],
  good: [
    { sql: "create table orders (id bigint primary key, placed_at timestamptz);" },
    {
      sql: "CREATE TABLE Orders (id bigint primary key);",
      note: "not quoted, so that it is `orders`",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM509"], pgrubic: ["NM010", "NM011", "NM012", "NM013", "NM014"] },
  *check(context) {
    for (const { what, name, location } of declaredNames(context)) {
      const fault = faultOf(name);
      if (fault !== undefined) yield { message: `The ${what} \`${name}\` ${fault}.`, at: location };
    }
  },
});

function faultOf(name: string): string | undefined {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    return "has to be quoted wherever it is used. Use lower-case letters, digits and underscores";
  }
  if (RESERVED.has(name)) return "is a reserved word, and has to be quoted wherever it is used";
  if (name.startsWith("pg_")) return "begins with pg_ like those of the system";
  return name.length === 1 ? "says nothing. Use a word" : undefined;
}
