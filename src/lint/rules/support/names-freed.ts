/** Names that something else takes over before anybody can miss them. */
import type { Name } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { laterStatements } from "./later.ts";

/** Whether a later statement of the same transaction makes a view or a table of the old name. */
export function isTakenAgain(context: StatementContext, { schema, name }: Name): boolean {
  if (context.transaction === undefined) return false;
  const fits = (one: { schemaname?: string; relname?: string } | undefined): boolean =>
    one?.relname === name &&
    (one.schemaname === undefined || schema === undefined || one.schemaname === schema);
  return laterStatements(context).some(({ node }) => {
    if ("ViewStmt" in node) return fits(node.ViewStmt.view);
    if ("CreateStmt" in node) return fits(node.CreateStmt.relation);
    return "RenameStmt" in node && node.RenameStmt.newname === name;
  });
}

/** Whether the same transaction gave this name free before: the second half of a swap. */
export function wasFreed({ transaction }: StatementContext, name: string | undefined): boolean {
  return (transaction?.statements ?? []).some(
    ({ node }) => "RenameStmt" in node && node.RenameStmt.relation?.relname === name,
  );
}
