import type { Node } from "@pgsql/types";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";

export const multipleAlterSameTable = defineRule({
  id: "multiple-alter-same-table",
  kind: "lock",
  severity: "warning",
  summary: "A table is gone through twice where once would do",
  why: "Several sub-commands of one ALTER TABLE share one rewrite or scan. In statements of their own, each goes through the whole table again while everybody waits.",
  instead: "One ALTER TABLE with all of them, or better none that has to go through the table.",
  bad: [
    {
      history: "create table orders (a int, b int);",
      sql: "alter table orders alter column a type bigint;\nalter table orders alter column b type bigint;",
    },
  ],
  good: [
    {
      history: "create table orders (a int, b int);",
      sql: "alter table orders alter column a type bigint, alter column b type bigint;",
    },
    {
      history: "create table orders (a int, b int);",
      sql: "alter table orders add column c int;\nalter table orders add column d int;",
      note: "two moments",
    },
    {
      history:
        "create type state as enum ('new', 'old');\ncreate table orders (state text not null);\ninsert into orders values ('new');",
      sql: "alter table orders alter column state type state using state::state;\nalter table orders alter column state type text;",
      note: "one ALTER TABLE cannot change a column twice",
    },
    {
      history: "create table orders (a int, b int);",
      sql: "alter table orders add column c int check (c > 0);\nupdate orders set c = a;\nalter table orders alter column c set not null;",
      note: "the rows have to be filled in between",
    },
  ],
  otherIds: {
    eugene: ["W12"],
    migrationPilot: ["MP058"],
    pgMigrationLint: ["PGM023"],
    postgresLanguageServer: ["multipleAlterTable"],
  },
  *check(context) {
    const { node, effects, transaction } = context;
    if (!("AlterTableStmt" in node)) return;
    for (const { kind, relation, harmful } of effects.work) {
      if (!harmful || (kind !== "rewrite" && kind !== "scan")) continue;
      const first = transaction?.statements.find(
        (one) =>
          "AlterTableStmt" in one.node &&
          one.effects.work.some((work) => work.relation === relation && work.kind === kind),
      );
      if (first === undefined || hasToBeApart(first, context)) continue;
      yield {
        message: `Line ${first.statement.line} has gone through \`${relation}\` already. In one ALTER TABLE both are done in one pass.`,
        relation,
      };
      return;
    }
  },
});

/** One ALTER TABLE changes a column once, and what comes between may have to stay there. */
function hasToBeApart(first: StatementContext, second: StatementContext): boolean {
  const named = columnsOf(first.node);
  if ([...columnsOf(second.node)].some((column) => named.has(column))) return true;
  const table = tableOf(second.node);
  const statements = second.transaction?.statements ?? [];
  return statements.slice(statements.indexOf(first) + 1).some(({ node }) => {
    const changed =
      "UpdateStmt" in node
        ? node.UpdateStmt.relation
        : "InsertStmt" in node
          ? node.InsertStmt.relation
          : "DeleteStmt" in node
            ? node.DeleteStmt.relation
            : undefined;
    return changed !== undefined && changed.relname === table;
  });
}

function tableOf(node: Node): string | undefined {
  return "AlterTableStmt" in node ? node.AlterTableStmt.relation?.relname : undefined;
}

function columnsOf(node: Node): Set<string> {
  if (!("AlterTableStmt" in node)) return new Set();
  return new Set(
    (node.AlterTableStmt.cmds ?? []).flatMap((cmd) => {
      if (!("AlterTableCmd" in cmd)) return [];
      const { name, def } = cmd.AlterTableCmd;
      return name ?? (def !== undefined && "ColumnDef" in def ? (def.ColumnDef.colname ?? []) : []);
    }),
  );
}
