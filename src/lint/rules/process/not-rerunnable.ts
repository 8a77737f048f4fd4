import type { Node } from "@pgsql/types";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";
import { insertsFromTable } from "../support/rows.ts";

export const notRerunnable = defineRule({
  id: "not-rerunnable",
  kind: "re-run",
  severity: "warning",
  handledByRunner:
    "A journal says which statements of a file without a transaction are done, and a second run goes on behind them.",
  summary: "A statement outside of a transaction would be done twice",
  why: "A file that does not run in one transaction may fail in the middle, and is run again from the top. This statement then fails, or worse, does its work a second time; there is no IF NOT EXISTS for it.",
  instead: "A file of its own, or a transaction: what commits by itself should be one statement.",
  bad: [
    {
      history: "create table plans (name text, price int);",
      sql: "-- lockstep:transaction none\ninsert into plans values ('free', 0);\nupdate plans set price = price + 1;",
    },
    {
      history: "create table plans (name text, price int);",
      sql: "-- lockstep:transaction statement\nalter table plans rename column price to cents;\nalter table plans add column note text;",
    },
  ],
  good: [
    {
      history: "create table plans (name text primary key, price int);",
      sql: "-- lockstep:transaction none\ninsert into plans values ('free', 0) on conflict do nothing;\nupdate plans set price = 1;",
    },
    {
      history: "create table plans (name text, price int);",
      sql: "insert into plans values ('free', 0);\nupdate plans set price = price + 1;",
      note: "all or nothing",
    },
  ],
  *check({ node, transaction, file }) {
    if (transaction !== undefined || file.parsed.statements.length < 2) return;
    const what = twice(node);
    if (what === undefined) return;
    yield {
      message: `Should a later statement of the file fail, the second run ${what}. Put it into a file of its own.`,
    };
  },
});

function twice(node: Node): string | undefined {
  if ("InsertStmt" in node) {
    if (node.InsertStmt.onConflictClause !== undefined) return undefined;
    return insertsFromTable(node) ? "inserts the rows again" : "inserts its rows again, or fails";
  }
  if ("UpdateStmt" in node) {
    return refersToItself(node.UpdateStmt.targetList) ? "changes the rows again" : undefined;
  }
  if ("RenameStmt" in node) return "fails: the old name is gone";
  if ("CreateEnumStmt" in node || "CompositeTypeStmt" in node || "CreateDomainStmt" in node) {
    return "fails: the type exists";
  }
  if ("CreateTrigStmt" in node && node.CreateTrigStmt.replace !== true) {
    return "fails: the trigger exists";
  }
  if ("CreatePolicyStmt" in node) return "fails: the policy exists";
  return alterCommands(node, "AT_AddConstraint").length > 0
    ? "fails: the constraint exists"
    : undefined;
}

/** `price = price + 1`: a second time is not the same as once. */
function refersToItself(targets: readonly Node[] | undefined): boolean {
  return (targets ?? []).some((target) => {
    if (!("ResTarget" in target)) return false;
    const { name, val } = target.ResTarget;
    const text = JSON.stringify(val ?? {});
    return text.includes('"ColumnRef"') && text.includes(`"sval":${JSON.stringify(name)}`);
  });
}
