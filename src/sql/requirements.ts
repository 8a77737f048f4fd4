/**
 * What a statement needs of the server that no migration can make by itself: extensions that have to
 * be installed there, and roles. Only what is certain counts: what a block or a function does in its
 * body may be conditional.
 */
import type { Statement } from "./statement.ts";
import { bodies, isFields, walk } from "./tree.ts";

export interface Requirements {
  readonly extensions: readonly string[];
  readonly roles: readonly string[];
  /** Roles that the statement creates. */
  readonly creates: readonly string[];
  /** Text that may create roles: bodies of blocks and functions that speak of it. */
  readonly mayCreate: readonly string[];
}

const NONE: Requirements = { extensions: [], roles: [], creates: [], mayCreate: [] };

export function requirementsOf({ node }: Pick<Statement, "node">): Requirements {
  if ("CreateExtensionStmt" in node) {
    const { extname } = node.CreateExtensionStmt;
    return extname === undefined ? NONE : { ...NONE, extensions: [extname] };
  }
  // A role that is dropped may be gone already, and the statement says what happens then.
  if ("DropRoleStmt" in node) return NONE;
  if ("InsertStmt" in node || "SelectStmt" in node || "UpdateStmt" in node) return NONE;
  const roles: string[] = [];
  walk(node, (_type, fields) => {
    const { roletype, rolename } = fields;
    if (roletype === "ROLESPEC_CSTRING" && typeof rolename === "string") roles.push(rolename);
  });
  if ("VariableSetStmt" in node) roles.push(...settingRole(node.VariableSetStmt));
  const mayCreate = bodies(node).filter((body) => /\bcreate\s+(?:role|user|group)\b/i.test(body));
  const creates =
    "CreateRoleStmt" in node && node.CreateRoleStmt.role !== undefined
      ? [node.CreateRoleStmt.role]
      : [];
  return { extensions: [], roles, creates, mayCreate };
}

/** `SET ROLE app` and `SET SESSION AUTHORIZATION app`. */
function settingRole(statement: { name?: string; args?: readonly unknown[] }): string[] {
  if (statement.name !== "role" && statement.name !== "session_authorization") return [];
  return (statement.args ?? []).flatMap((arg) => {
    const constant = isFields(arg) && isFields(arg["A_Const"]) ? arg["A_Const"]["sval"] : undefined;
    const name = isFields(constant) ? constant["sval"] : undefined;
    return typeof name === "string" && name !== "none" ? [name] : [];
  });
}
