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
  ],
  otherIds: {
    eugene: ["W12"],
    migrationPilot: ["MP058"],
    pgMigrationLint: ["PGM023"],
    postgresLanguageServer: ["multipleAlterTable"],
  },
  *check({ node, effects, transaction }) {
    if (!("AlterTableStmt" in node)) return;
    for (const { kind, relation, harmful } of effects.work) {
      if (!harmful || (kind !== "rewrite" && kind !== "scan")) continue;
      const first = transaction?.statements.find(
        (one) =>
          "AlterTableStmt" in one.node &&
          one.effects.work.some((work) => work.relation === relation && work.kind === kind),
      );
      if (first === undefined) continue;
      yield {
        message: `Line ${first.statement.line} has gone through \`${relation}\` already. In one ALTER TABLE both are done in one pass.`,
        relation,
      };
      return;
    }
  },
});
