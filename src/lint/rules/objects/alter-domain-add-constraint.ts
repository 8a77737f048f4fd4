import { defineRule } from "../../rule.ts";
import { inCaseOf, insertAtEnd } from "../support/edits.ts";
import { reportWork } from "../support/work.ts";

export const alterDomainAddConstraint = defineRule({
  id: "alter-domain-add-constraint",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A constraint of a domain is tested in every table that uses the domain",
  why: "ALTER DOMAIN … ADD CONSTRAINT reads every table with a column of the domain, one after the other, and holds SHARE on all of them until the commit: writes wait.",
  instead:
    "`ADD CONSTRAINT … NOT VALID`, which holds for new values at once. VALIDATE CONSTRAINT scans under SHARE as well: do it when few write, or test the rows by a query first.",
  bad: [
    {
      history: "create domain percent as int;\ncreate table rates (rate percent);",
      sql: "alter domain percent add constraint percent_max check (value <= 100);",
    },
  ],
  good: [
    {
      history: "create domain percent as int;\ncreate table rates (rate percent);",
      sql: "alter domain percent add constraint percent_max check (value <= 100) not valid;",
    },
    {
      history: "create domain percent as int;",
      sql: "alter domain percent add constraint percent_max check (value <= 100);",
      note: "no table uses it",
    },
  ],
  otherIds: {
    squawk: ["ban-alter-domain-with-add-constraint"],
    pgfence: ["ban-alter-domain-with-add-constraint"],
    migrationPilot: ["MP043"],
  },
  *check(context) {
    const { node } = context;
    const adds = "AlterDomainStmt" in node && node.AlterDomainStmt.def !== undefined;
    yield* reportWork(context, "alter-domain-add-constraint", () =>
      adds
        ? {
            advice: "Add it NOT VALID.",
            fix: {
              title: "Add it NOT VALID",
              edits: [insertAtEnd(context, inCaseOf(context, " NOT VALID"))],
            },
          }
        : "Validate it when few write.",
    );
  },
});
