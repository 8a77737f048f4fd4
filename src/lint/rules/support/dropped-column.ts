/** DROP COLUMN, as far as it does something. */
import type { Column } from "../../../catalog/catalog.ts";
import { columnOf } from "../../../catalog/find.ts";
import { knowsAll } from "../../../catalog/proofs.ts";
import type { StatementContext } from "../../context.ts";
import { type SubCommand, subCommands } from "./alter-table.ts";

export interface DroppedColumn extends SubCommand {
  readonly name: string;
  /** Undefined where the catalog has not seen it. */
  readonly column: Column | undefined;
  readonly cascade: boolean;
}

export function droppedColumns(context: StatementContext): DroppedColumn[] {
  return subCommands(context, "AT_DropColumn").flatMap((one) => {
    const { cmd, table } = one;
    const name = cmd.name ?? "";
    const column = columnOf(table, name);
    const missing = table !== undefined && column === undefined && knowsAll(context.catalog);
    if (missing && cmd.missing_ok === true) return [];
    return [{ ...one, name, column, cascade: cmd.behavior === "DROP_CASCADE" }];
  });
}
