/** REPLICA_IDENTITY_* of pg_class.h: `d`, `n`, `f`, `i`. */
import type { Node } from "@pgsql/types";
import { alterCommands } from "./alter-commands.ts";

export function replicaIdentity(node: Node): string | undefined {
  const [cmd] = alterCommands(node, "AT_ReplicaIdentity");
  const def = cmd?.def;
  return def !== undefined && "ReplicaIdentityStmt" in def
    ? def.ReplicaIdentityStmt.identity_type
    : undefined;
}
