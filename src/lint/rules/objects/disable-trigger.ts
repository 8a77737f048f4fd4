import type { Node } from "@pgsql/types";
import { sameRelation, relationsIn } from "../../../locks/relation-name.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands, type AlterKind, alteredTable } from "../support/alter-commands.ts";
import { laterStatements } from "../support/later.ts";

const DISABLES: readonly AlterKind[] = [
  "AT_DisableTrig",
  "AT_DisableTrigAll",
  "AT_DisableTrigUser",
];
const ENABLES: readonly AlterKind[] = [
  "AT_EnableTrig",
  "AT_EnableTrigAll",
  "AT_EnableTrigUser",
  "AT_EnableAlwaysTrig",
];

export const disableTrigger = defineRule({
  id: "disable-trigger",
  kind: "bug",
  severity: "warning",
  summary: "Triggers of a table that is in use are disabled",
  why: "DISABLE TRIGGER holds for everybody, not only for this session: writes of the running application go by the trigger too, once it commits. ALL includes the triggers of foreign keys, so that rows come in which no constraint has seen and nothing looks at later.",
  instead:
    "Let the trigger itself leave rows alone that do not concern it. Where it has to be, disable one trigger by name, and enable it again in the same transaction.",
  bad: [
    { history: "create table orders (id bigint);", sql: "alter table orders disable trigger all;" },
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders disable trigger all;\ndelete from orders where id = 5;\nalter table orders enable trigger all;",
      note: "foreign keys are not tested meanwhile, and never for these rows",
    },
    {
      sql: "set session_replication_role = replica;\ninsert into orders (customer_id) values (5);",
      unseen: "create table orders (customer_id bigint);",
      note: "of all tables, for this session",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders disable trigger user;\nupdate orders set id = 6 where id = 5;\nalter table orders enable trigger user;",
      note: "nobody else can write meanwhile",
    },
    { sql: "create table orders (id bigint);\nalter table orders disable trigger user;" },
    { sql: "set session_replication_role = origin;" },
  ],
  otherIds: {
    pgfence: ["disable-trigger"],
    migrationPilot: ["MP064"],
    pgMigrationLint: ["PGM020"],
  },
  on: ["AlterTableStmt", "VariableSetStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (isReplica(node)) {
      yield {
        message:
          "This session goes by all triggers from here on, those of foreign keys included: rows that break them come in, and nothing looks at them later. Load the rows in an order that the foreign keys allow.",
      };
    }
    const table = alteredTable(node, catalog);
    if (table === undefined) return;
    for (const { subtype, name } of alterCommands(node, ...DISABLES)) {
      const all = subtype === "AT_DisableTrigAll";
      if (!all && isEnabledAgain(context)) continue;
      yield {
        message: all
          ? `Foreign keys of \`${table.name}\` are not tested while all its triggers are disabled, for nobody, and never later for the rows written meanwhile. Disable one by name.`
          : `${name === undefined ? "The triggers" : `\`${name}\``} of \`${table.name}\` stop for the running application too. Enable again in the same transaction.`,
        ...(all && { severity: "error" as const }),
        relation: table.name,
      };
    }
  },
});

function isEnabledAgain(context: StatementContext): boolean {
  if (context.transaction === undefined) return false;
  const [own] = relationsIn(context.node);
  return laterStatements(context).some(({ node }) => {
    const [target] = relationsIn(node);
    if (own === undefined || target === undefined || !sameRelation(own, target)) return false;
    return alterCommands(node, ...ENABLES).length > 0;
  });
}

/** SET session_replication_role = replica. */
function isReplica(node: Node): boolean {
  if (!("VariableSetStmt" in node)) return false;
  const { name, args = [] } = node.VariableSetStmt;
  if (name?.toLowerCase() !== "session_replication_role") return false;
  return args.some(
    (arg) => "A_Const" in arg && arg.A_Const.sval?.sval?.toLowerCase() === "replica",
  );
}
