import { nameIn } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { textOf } from "../support/existing.ts";

export const createDomainWithConstraint = defineRule({
  id: "create-domain-with-constraint",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "expand",
  summary: "A domain with constraints is created",
  why: "A new column of a domain that has a CHECK or NOT NULL rewrites its table, and changing the constraint later scans every table that has a column of the domain.",
  instead: "A base type, and a CHECK on the table.",
  bad: [{ sql: "create domain percent as int check (value between 0 and 100);" }],
  good: [
    { sql: "create domain percent as int;", note: "a name for a type, nothing else" },
    { sql: "create table rates (rate int check (rate between 0 and 100));" },
  ],
  otherIds: {
    squawk: ["ban-create-domain-with-constraint"],
    pgfence: ["ban-create-domain-with-constraint"],
    migrationPilot: ["MP043"],
  },
  on: ["CreateDomainStmt"],
  *check({ node }) {
    if (!("CreateDomainStmt" in node)) return;
    const { domainname, constraints = [] } = node.CreateDomainStmt;
    const constrained = constraints.find(
      (one) =>
        "Constraint" in one &&
        (one.Constraint.contype === "CONSTR_CHECK" || one.Constraint.contype === "CONSTR_NOTNULL"),
    );
    if (constrained === undefined || !("Constraint" in constrained)) return;
    const name = nameIn(domainname);
    yield {
      message: `A column of \`${name && textOf(name)}\` that is added later rewrites its table, because the domain has a constraint. Put the CHECK on the tables.`,
      at: constrained.Constraint.location,
    };
  },
});
