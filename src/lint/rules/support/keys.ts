/** How a UNIQUE or PRIMARY KEY comes to a table that is in use. */
import type { Table } from "../../../catalog/catalog.ts";
import type { Fix } from "../../finding.ts";

export function keyAdvice(
  table: Table | undefined,
  words: "UNIQUE" | "PRIMARY KEY",
  recipe: "unique" | "primary-key",
): { readonly advice: string; readonly fix?: Fix } {
  if (table?.kind === "partitioned-table") {
    return {
      advice: `ALTER TABLE ONLY … ADD ${words}, then build a unique index on each partition CONCURRENTLY and attach it.`,
    };
  }
  return {
    advice: "Build a unique index CONCURRENTLY, then add the constraint USING INDEX.",
    fix: { title: "Build the index CONCURRENTLY first", edits: [], recipe },
  };
}
