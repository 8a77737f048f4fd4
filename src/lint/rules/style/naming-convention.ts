import { declaredNames } from "../support/declared-names.ts";
import { defineRule } from "../../rule.ts";

/** How PostgreSQL itself ends the names that it makes (ChooseConstraintName, ChooseIndexName). */
const CONVENTIONS: Readonly<Record<string, readonly string[]>> = {
  index: ["_idx"],
  "unique index": ["_key", "_idx"],
  "primary key": ["_pkey"],
  "unique constraint": ["_key"],
  "exclusion constraint": ["_excl"],
  "foreign key": ["_fkey"],
  check: ["_check"],
  sequence: ["_seq"],
};

export const namingConvention = defineRule({
  id: "naming-convention",
  kind: "style",
  severity: "info",
  pack: "naming",
  summary: "A name does not say what it is the name of",
  why: "Names of indexes, constraints and sequences appear in error messages and plans, where nothing else says what they are. PostgreSQL's own names end in what they are, and those that people give should not differ.",
  instead:
    "`orders_customer_id_idx`, `orders_pkey`, `orders_number_key`, `orders_customer_id_fkey`, `orders_total_check`, `orders_number_seq`.",
  bad: [
    {
      history: "create table orders (id bigint primary key, region text);",
      sql: "create index concurrently by_region on orders (region);",
    },
    { sql: "create table orders (id bigint constraint pk_orders primary key);" },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, region text);",
      sql: "create index concurrently orders_region_idx on orders (region);",
    },
    {
      sql: "create table orders (id bigint primary key, total numeric constraint orders_total_check check (total > 0));",
    },
  ],
  otherIds: {
    atlas: ["NM101", "NM102", "NM103", "NM104", "NM105", "NM106"],
    pgrubic: [
      "NM001",
      "NM002",
      "NM003",
      "NM004",
      "NM005",
      "NM006",
      "NM007",
      "NM008",
      "NM009",
      "NM015",
      "NM016",
    ],
  },
  *check(context) {
    for (const { what, name, location } of declaredNames(context)) {
      const wanted = CONVENTIONS[what];
      if (wanted === undefined || wanted.some((end) => name.endsWith(end))) continue;
      yield {
        message: `The ${what} \`${name}\` should end in ${wanted.map((end) => `\`${end}\``).join(" or ")}, as PostgreSQL's own names do.`,
        at: location,
      };
    }
  },
});
