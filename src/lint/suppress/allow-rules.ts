/** The rules about the comments that allow findings. They have no check: allow-comments.ts is it. */
import { defineRule, type Rule } from "../rule.ts";

const INDEX = "create index orders_customer on orders (customer_id);";
const DROP = "drop table orders_old;";

export const ALLOW_UNKNOWN_RULE: Rule = defineRule({
  id: "allow-unknown-rule",
  kind: "process",
  severity: "error",
  summary: "A comment allows a rule that there is not",
  why: "The comment allows nothing: its rule is misspelt, or is of another tool. Whoever reads it believes that somebody has looked at a finding and allowed it.",
  instead:
    "Correct the name; the nearest one is in the message. `lockstep lint --rules` lists all.",
  bad: [{ sql: `-- lockstep:allow index-not-concurent The table is small.\n${INDEX}\n` }],
  good: [{ sql: `-- lockstep:allow index-not-concurrent The table is small.\n${INDEX}\n` }],
});

export const ALLOW_WITHOUT_REASON: Rule = defineRule({
  id: "allow-without-reason",
  kind: "process",
  severity: "error",
  summary: "A comment allows a finding without saying why",
  why: "A year later nobody knows whether the finding was looked at or was in the way. Such a comment allows nothing.",
  instead:
    "Write the reason behind the rule: `-- lockstep:allow index-not-concurrent The table has 200 rows.`",
  bad: [{ sql: `-- lockstep:allow index-not-concurrent\n${INDEX}\n` }],
  good: [{ sql: `-- lockstep:allow index-not-concurrent The table has 200 rows.\n${INDEX}\n` }],
});

export const ALLOW_EXPIRED: Rule = defineRule({
  id: "allow-expired",
  kind: "process",
  severity: "error",
  summary: "A comment allowed a finding until a day that is over",
  why: "The author wanted the finding to be looked at again after that day. Since then the comment allows nothing. A date that cannot be read counts as over.",
  instead: "Look at the finding again; then change the statement, or give a later day.",
  bad: [{ sql: `-- lockstep:allow drop-table Nobody reads it. until=2020-01-31\n${DROP}\n` }],
  good: [{ sql: `-- lockstep:allow drop-table Nobody reads it. until=2999-12-31\n${DROP}\n` }],
});

export const ALLOW_UNUSED: Rule = defineRule({
  id: "allow-unused",
  kind: "process",
  severity: "warning",
  summary: "A comment allows a finding that there is not",
  why: "The statement was changed, or the comment stands at another one. Left there, it would hide the finding on the day on which it comes.",
  instead:
    "Remove the comment, or put it directly above its statement. For a finding about the file, write `-- lockstep:allow-file`.",
  bad: [{ sql: "-- lockstep:allow index-not-concurrent The table is small.\nselect 1;\n" }],
  good: [{ sql: `-- lockstep:allow index-not-concurrent The table is small.\n${INDEX}\n` }],
});

export const ALLOW_RULES: readonly Rule[] = [
  ALLOW_UNKNOWN_RULE,
  ALLOW_WITHOUT_REASON,
  ALLOW_EXPIRED,
  ALLOW_UNUSED,
];
