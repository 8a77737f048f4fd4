import { defineRule } from "../../rule.ts";
import { booleanOption } from "../support/functions.ts";

const MIGHTY = ["superuser", "bypassrls", "createrole", "isreplication"];
const WORDS: Readonly<Record<string, string>> = { isreplication: "REPLICATION" };

export const superuserRole = defineRule({
  id: "superuser-role",
  kind: "security",
  severity: "warning",
  summary: "A role gets rights over the whole server",
  why: "SUPERUSER, BYPASSRLS, CREATEROLE and REPLICATION hold for every database of the server, and a migration that may give them has to run as such a role itself.",
  instead:
    "Leave such roles to whoever looks after the server, and let migrations run as the owner of the schema.",
  bad: [{ sql: "create role chief superuser;" }, { sql: "alter role reporting bypassrls;" }],
  good: [{ sql: "create role analyst login;" }, { sql: "alter role boss nosuperuser;" }],
  on: ["AlterRoleStmt", "CreateRoleStmt"],
  *check({ node }) {
    const [name, options = []] =
      "CreateRoleStmt" in node
        ? [node.CreateRoleStmt.role, node.CreateRoleStmt.options]
        : "AlterRoleStmt" in node
          ? [node.AlterRoleStmt.role?.rolename, node.AlterRoleStmt.options]
          : [];
    const elements = options.flatMap((one) => ("DefElem" in one ? [one.DefElem] : []));
    for (const right of MIGHTY) {
      const found = booleanOption(elements, right);
      if (found === undefined) continue;
      yield {
        message: `\`${name}\` gets ${WORDS[right] ?? right.toUpperCase()}, a right over the whole server. Give it by hand, where it is needed.`,
        at: found.location,
      };
    }
  },
});
