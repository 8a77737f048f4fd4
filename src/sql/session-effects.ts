/**
 * What a statement leaves in its session after the transaction has ended. On a direct connection
 * the next file starts with a reset; behind a transaction pooler the session goes to somebody else.
 */
import type { Statement } from "./statement.ts";
import { isFields, stringList, walk } from "./tree.ts";

/** Session-level advisory locks; the `_xact_` forms end with the transaction. */
const SESSION_LOCKS = /^pg_(try_)?advisory_lock(_shared)?$/;

/** In words, for an error message: "changes a setting"; undefined when nothing stays. */
export function leavesInSession({ node }: Pick<Statement, "node">): string | undefined {
  if ("VariableSetStmt" in node) {
    const { is_local, name } = node.VariableSetStmt;
    // SET TRANSACTION has no LOCAL and needs none.
    if (is_local === true || name === "TRANSACTION") return undefined;
    return "changes a setting of the session";
  }
  if ("PrepareStmt" in node) return "leaves a prepared statement";
  if ("ListenStmt" in node) return "listens on a channel";
  if ("LoadStmt" in node) return "loads a library";
  if ("DeclareCursorStmt" in node) {
    // CURSOR_OPT_HOLD of parsenodes.h, 14–18.
    return ((node.DeclareCursorStmt.options ?? 0) & 0x20) === 0
      ? undefined
      : "leaves a cursor open";
  }
  let found: string | undefined;
  walk(node, (type, fields) => {
    // Only what creates a relation names it temporary; its clause says whether COMMIT drops it.
    if (fields["relpersistence"] === "t" && !dropsAtCommit(node)) {
      found ??= "creates a temporary object";
    }
    if (type !== "FuncCall") return;
    const name = stringList(fields["funcname"]).at(-1) ?? "";
    if (name === "set_config" && !isLocal(fields["args"])) {
      found ??= "changes a setting of the session";
    }
    if (SESSION_LOCKS.test(name)) found ??= "takes an advisory lock of the session";
  });
  return found;
}

function dropsAtCommit(node: Statement["node"]): boolean {
  let drops = false;
  walk([node], (_type, fields) => {
    drops ||= fields["oncommit"] === "ONCOMMIT_DROP" || fields["onCommit"] === "ONCOMMIT_DROP";
  });
  return drops;
}

/** The third argument of set_config is the constant true. */
function isLocal(args: unknown): boolean {
  const constant: unknown = Array.isArray(args) ? args[2] : undefined;
  const value =
    isFields(constant) && isFields(constant["A_Const"]) && constant["A_Const"]["boolval"];
  return isFields(value) && value["boolval"] === true;
}
