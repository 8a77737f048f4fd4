/** The statements of the measured lock facts as cases, so that each shape has its work, too. */
import { CATALOGUE, type CatalogueEntry, FIXTURE } from "../../src/locks/catalogue.ts";
import type { AccuracyCase } from "./read-cases.ts";

export interface ShapeCase extends AccuracyCase {
  /** The shape, as in the facts. */
  readonly shape: string;
}

/** The tables of FIXTURE hold a row where the facts need one; work shows only where there is one. */
const ROWS = [
  "insert into account (id, slug, org_id, name) values (2, 'b', 1, 'n')",
  "insert into account_vip (id, slug, org_id, name) values (3, 'c', 1, 'n')",
  "insert into item values (1, 1)",
  "insert into event values (1, 1), (2, 500)",
  "insert into event_new values (3, 150)",
  "insert into log values (1)",
  "refresh materialized view account_ids",
];

export function shapeCases(major: number): readonly ShapeCase[] {
  const seen = new Map<string, number>();
  return CATALOGUE.filter(({ since }) => (since ?? 0) <= major).map((entry) => {
    const count = (seen.get(entry.id) ?? 0) + 1;
    seen.set(entry.id, count);
    return {
      shape: entry.id,
      id: count === 1 ? entry.id : `${entry.id} (${count})`,
      history: historyOf(entry),
      sql: `${entry.statement};`,
    };
  });
}

function historyOf({ setup }: CatalogueEntry): string {
  return [...FIXTURE, ...ROWS, ...(setup ?? [])].map((sql) => `${sql};`).join("\n");
}
