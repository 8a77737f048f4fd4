/**
 * An index that moves to another tablespace. Its table is not locked; but planning a query of the
 * table opens each of its indexes, and a write opens them too, so that both wait for it.
 */
import type { AlterTableCmd } from "@pgsql/types";
import { written } from "../../catalog/catalog.ts";
import { findIndex, tableAt } from "../../catalog/find.ts";
import type { RelationName } from "../../locks/relation-name.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";

export function indexStorageParts(
  cmds: readonly AlterTableCmd[],
  name: RelationName,
  { catalog }: EffectState,
): Part[] {
  const move = cmds.find(({ subtype }) => subtype === "AT_SetTableSpace");
  if (move === undefined) return [];
  const index = findIndex(catalog, name);
  const table = tableAt(catalog, index?.table);
  // A partitioned one has no files of its own.
  if (table?.kind === "partitioned-table") return [];
  return [
    {
      case: "alter-index/set-tablespace:other",
      cause: "set-tablespace",
      on: index ?? name,
      reason: `its files are copied, and no query of ${table === undefined ? "its table" : `\`${written(table)}\``} can be planned`,
      // It may be there already: where an index lies is not in the catalog.
      certain: move.name !== "pg_default",
    },
  ];
}
