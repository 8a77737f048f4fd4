import type { Token } from "../../../sql/lexer.ts";
import { tokensOf } from "../support/edits.ts";
import { defineRule } from "../../rule.ts";

/** NAMEDATALEN less the byte at its end. */
const LIMIT = 63;

export const identifierTooLong = defineRule({
  id: "identifier-too-long",
  kind: "bug",
  severity: "warning",
  summary: "A name is longer than PostgreSQL keeps",
  why: "A name ends after 63 bytes. What is longer is cut with no more than a NOTICE: two names that differ only behind it are one, IF NOT EXISTS finds the other one, and code that looks in the catalog for the whole name does not find it.",
  instead: "A name of at most 63 bytes. Letters beyond ASCII take two bytes and more.",
  bad: [
    {
      history: "create table orders (id bigint primary key, region text);",
      sql: "create index concurrently orders_by_customer_and_region_and_warehouse_and_status_and_created_at_idx on orders (region);",
    },
    {
      sql: "create table größegrößegrößegrößegrößegrößegrößegrößegrößegröße_n (id bigint primary key);",
      note: "52 letters, but 72 bytes",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, region text);",
      sql: "create index concurrently orders_region_idx on orders (region);",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "comment on table orders is 'orders_by_customer_and_region_and_warehouse_and_status_and_created_at_idx';",
      note: "a string, and no name",
    },
  ],
  otherIds: { squawk: ["identifier-too-long"] },
  *check(context) {
    const { bytes } = context.file.parsed;
    const seen = new Set<string>();
    for (const token of tokensOf(context)) {
      const name = nameIn(bytes, token);
      if (name === undefined || name.length <= LIMIT || seen.has(name.toString())) continue;
      seen.add(name.toString());
      yield {
        message: `A name of ${name.length} bytes is cut to \`${cut(name)}\`. Choose one of at most ${LIMIT}.`,
        at: { start: token.start, end: token.end },
      };
    }
  },
});

/** The bytes of a name as it is meant; undefined for what is none, and for the rare U&"…". */
function nameIn(bytes: Buffer, { kind, start, end }: Token): Buffer | undefined {
  if (kind === "word") return bytes.subarray(start, end);
  if (kind !== "identifier" || bytes[start] !== 34) return undefined;
  return Buffer.from(bytes.toString("utf8", start + 1, end - 1).replaceAll('""', '"'));
}

/** Like the server, never in the middle of a letter. */
function cut(name: Buffer): string {
  let end = LIMIT;
  while ((name[end]! & 0xc0) === 0x80) end--;
  return name.toString("utf8", 0, end);
}
