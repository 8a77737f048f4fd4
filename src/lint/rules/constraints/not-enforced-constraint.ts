import { defineRule } from "../../rule.ts";
import { addedConstraints, called } from "../support/constraints.ts";
import { subCommands } from "../support/alter-table.ts";

export const notEnforcedConstraint = defineRule({
  id: "not-enforced-constraint",
  kind: "bug",
  severity: "warning",
  phase: "expand",
  versions: { since: 18 },
  summary: "A constraint is NOT ENFORCED, and nothing checks it",
  why: "Since 18 a CHECK or a foreign key can be declared and never be tested, not for old rows and not for new ones. It documents an intention; it protects nothing.",
  instead:
    "`NOT VALID` where only the old rows are the trouble: new rows are then tested. Keep NOT ENFORCED for what another place makes sure of.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not enforced;",
    },
    {
      sql: "create table orders (id bigint primary key, total numeric check (total >= 0) not enforced);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not valid;",
    },
    {
      sql: "create table orders (id bigint primary key, total numeric check (total >= 0) enforced);",
    },
  ],
  otherIds: { migrationPilot: ["MP082"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    for (const added of addedConstraints(context, "CONSTR_CHECK", "CONSTR_FOREIGN")) {
      if (added.enforced) continue;
      yield report(
        called(added.constraint, "The constraint"),
        added.relation,
        added.constraint.location,
      );
    }
    for (const { cmd, relation } of subCommands(context, "AT_AlterConstraint")) {
      if (cmd.def === undefined || !("ATAlterConstraint" in cmd.def)) continue;
      const { alterEnforceability, is_enforced, conname } = cmd.def.ATAlterConstraint;
      if (alterEnforceability === true && is_enforced !== true) {
        yield report(`\`${conname}\``, relation, undefined);
      }
    }
  },
});

function report(constraint: string, relation: string, at: number | undefined) {
  return {
    message: `${constraint} of \`${relation}\` is not tested for any row, old or new. Use NOT VALID where only old rows may break it.`,
    at,
    relation,
  };
}
