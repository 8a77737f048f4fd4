/** What GRANT and ALTER DEFAULT PRIVILEGES … GRANT give to whom. */
import type { GrantStmt, Node, RoleSpec } from "@pgsql/types";

export function grantOf(node: Node): GrantStmt | undefined {
  const grant =
    "GrantStmt" in node
      ? node.GrantStmt
      : "AlterDefaultPrivilegesStmt" in node
        ? node.AlterDefaultPrivilegesStmt.action
        : undefined;
  return grant?.is_grant === true ? grant : undefined;
}

export function grantees({ grantees: roles = [] }: GrantStmt): RoleSpec[] {
  return roles.flatMap((role) => ("RoleSpec" in role ? [role.RoleSpec] : []));
}

/** "on `orders`", "on all tables of `billing`". */
export function grantedOn({ targtype, objtype, objects = [] }: GrantStmt): string {
  const kind = (objtype ?? "OBJECT_TABLE").replace("OBJECT_", "").toLowerCase();
  const names = objects.flatMap((object) => {
    if ("RangeVar" in object) return [object.RangeVar.relname ?? ""];
    if ("String" in object) return [object.String.sval ?? ""];
    if ("ObjectWithArgs" in object) {
      const last = object.ObjectWithArgs.objname?.at(-1);
      return last !== undefined && "String" in last ? [last.String.sval ?? ""] : [];
    }
    return [];
  });
  if (targtype === "ACL_TARGET_DEFAULTS") return `each new ${kind}`;
  const shown = names.map((name) => `\`${name}\``).join(", ");
  return targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? `each ${kind} of ${shown}` : shown;
}
