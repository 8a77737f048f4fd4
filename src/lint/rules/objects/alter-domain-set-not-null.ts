import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const alterDomainSetNotNull = defineRule({
  id: "alter-domain-set-not-null",
  kind: "lock",
  severity: "error",
  phase: "contract",
  summary: "NOT NULL of a domain is tested in every table that uses the domain",
  why: "ALTER DOMAIN … SET NOT NULL reads every table with a column of the domain and holds SHARE on all of them until the commit: writes wait. There is no NOT VALID for it.",
  instead:
    "`ADD CONSTRAINT … CHECK (value IS NOT NULL) NOT VALID` on the domain, or NOT NULL on the columns of the tables.",
  bad: [
    {
      history: "create domain email as text;\ncreate table users (email email);",
      sql: "alter domain email set not null;",
    },
  ],
  good: [
    {
      history: "create domain email as text;",
      sql: "alter domain email set not null;",
      note: "no table uses it",
    },
    {
      history: "create domain email as text;\ncreate table users (email email);",
      sql: "alter domain email add constraint email_there check (value is not null) not valid;",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "alter-domain-set-not-null",
      () => "Add CHECK (value IS NOT NULL) NOT VALID to the domain, or NOT NULL to the columns.",
    );
  },
});
