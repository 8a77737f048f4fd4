import type { Node } from "@pgsql/types";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";

export const preferRobust = defineRule({
  id: "prefer-robust",
  kind: "re-run",
  severity: "warning",
  handledByRunner:
    "A journal says which statements of a file without a transaction are done, and a second run goes on behind them.",
  summary: "A statement outside of a transaction cannot be run a second time",
  why: "A file that does not run in one transaction may fail in the middle. What came before stays, and the second run fails at the first statement that is already done.",
  instead:
    "IF EXISTS and IF NOT EXISTS, where the statement has them. In a transaction they are not needed.",
  bad: [
    {
      sql: "drop index concurrently orders_a_idx;\ndrop index concurrently orders_b_idx;",
      history:
        "create table orders (a int, b int);\ncreate index orders_a_idx on orders (a);\ncreate index orders_b_idx on orders (b);",
    },
    {
      sql: "-- lockstep:transaction none\ncreate table orders (id bigint);\ncreate table lines (id bigint);",
    },
  ],
  good: [
    {
      sql: "drop index concurrently if exists orders_a_idx;\ndrop index concurrently if exists orders_b_idx;",
      history:
        "create table orders (a int, b int);\ncreate index orders_a_idx on orders (a);\ncreate index orders_b_idx on orders (b);",
    },
    {
      sql: "create table orders (id bigint);\ncreate table lines (id bigint);",
      note: "all or nothing",
    },
    {
      sql: "drop index concurrently orders_a_idx;",
      history: "create table orders (a int);\ncreate index orders_a_idx on orders (a);",
      note: "the only statement",
    },
  ],
  otherIds: {
    squawk: ["prefer-robust-stmts"],
    pgfence: ["prefer-robust-create-table", "prefer-robust-drop-table"],
    migrationPilot: ["MP023"],
    pgMigrationLint: ["PGM401", "PGM402"],
    postgresLanguageServer: ["preferRobustStmts"],
  },
  *check({ node, transaction, file }) {
    if (transaction !== undefined || file.parsed.statements.length < 2) return;
    const word = missingWord(node);
    if (word === undefined) return;
    yield {
      message: `Should a later statement of the file fail, the second run fails here: this is done already. Write ${word}.`,
    };
  },
});

/** Not for CREATE INDEX CONCURRENTLY: what a failed one leaves exists, and is of no use. */
function missingWord(node: Node): string | undefined {
  if ("CreateStmt" in node) return unless(node.CreateStmt.if_not_exists);
  if ("CreateSeqStmt" in node) return unless(node.CreateSeqStmt.if_not_exists);
  if ("CreateSchemaStmt" in node) return unless(node.CreateSchemaStmt.if_not_exists);
  if ("CreateExtensionStmt" in node) return unless(node.CreateExtensionStmt.if_not_exists);
  if ("AlterEnumStmt" in node && node.AlterEnumStmt.oldVal === undefined) {
    return unless(node.AlterEnumStmt.skipIfNewValExists);
  }
  if ("DropStmt" in node) return unless(node.DropStmt.missing_ok, "IF EXISTS");
  if (alterCommands(node, "AT_AddColumn").some((cmd) => cmd.missing_ok !== true)) {
    return "IF NOT EXISTS";
  }
  const drops = alterCommands(node, "AT_DropColumn", "AT_DropConstraint");
  return drops.some((cmd) => cmd.missing_ok !== true) ? "IF EXISTS" : undefined;
}

function unless(given: boolean | undefined, word = "IF NOT EXISTS"): string | undefined {
  return given === true ? undefined : word;
}
