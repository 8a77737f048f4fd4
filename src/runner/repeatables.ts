/** The order in which pending repeatables run: `up` and `plan` must never disagree about it. */
import type { Migration } from "../migrations/migration.ts";
import { orderRepeatables, type RepeatableOrder } from "../migrations/order.ts";
import { definesAndNeeds } from "../sql/names.ts";
import type { Preparer } from "./prepare.ts";

/** Throws the Failure of the first file that cannot be parsed. */
export async function repeatablesInOrder(
  preparer: Preparer,
  migrations: readonly Migration[],
): Promise<RepeatableOrder> {
  const items = [];
  for (const migration of migrations) {
    const parsed = migration.language === "sql" ? await preparer.parse(migration.up) : undefined;
    items.push({
      migration,
      ...(parsed && !parsed.opaque ? definesAndNeeds(parsed) : { defines: [], needs: [] }),
    });
  }
  return orderRepeatables(items);
}
