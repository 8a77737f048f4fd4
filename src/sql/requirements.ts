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
  /** Roles that the statement creates, or may create: bodies of blocks and functions count. */
  readonly creates: readonly string[];
  /** Whether it may create roles whose names cannot be told. Empty or one element. */
  readonly createsUnnamed: readonly true[];
}

const CREATE_ROLE =
  /\bcreate\s+(?:role|user|group)\b(?:\s+(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\d_$]*)))?/giu;
/** EXECUTE, `format()`, `dblink_exec()` and the like: the text may be put together. */
const DYNAMIC = /exec|format|concat|\|\|/i;

const NONE: Requirements = { extensions: [], roles: [], creates: [], createsUnnamed: [] };

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
  const creates =
    "CreateRoleStmt" in node && node.CreateRoleStmt.role !== undefined
      ? [node.CreateRoleStmt.role]
      : [];
  let unnamed = false;
  for (const body of bodies(node)) {
    for (const [, quoted, plain] of body.matchAll(CREATE_ROLE)) {
      const name = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
      if (name !== undefined) creates.push(name);
      unnamed ||= name === undefined || DYNAMIC.test(body);
    }
  }
  return { extensions: [], roles, creates, createsUnnamed: unnamed ? [true] : [] };
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
