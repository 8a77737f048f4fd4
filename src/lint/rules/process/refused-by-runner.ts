import { defineRule } from "../../rule.ts";

/** The finding is the engine's (place.ts), with the words in which `lockstep up` refuses the file. */
export const refusedByRunner = defineRule({
  id: "refused-by-runner",
  kind: "re-run",
  severity: "error",
  summary: "`lockstep up` refuses the file before anything runs",
  why: "A COMMIT in the middle of a file, a BEGIN without COMMIT, a savepoint without a transaction, DISCARD ALL or a directive that contradicts the file would leave nobody knowing how far it came. The runner parses all pending files first, and refuses them all.",
  instead:
    "Do what the message says. BEGIN and COMMIT around a whole file are allowed, and do nothing that the runner would not do.",
  bad: [
    {
      sql: "create table orders (id bigint);\ncommit;\ncreate table lines (id bigint);",
      note: "the runner's own transaction would end here",
    },
    { sql: "begin;\ncreate table orders (id bigint);", note: "never committed" },
    { sql: "discard all;" },
  ],
  good: [
    { sql: "begin;\ncreate table orders (id bigint);\ncommit;" },
    { sql: "create table orders (id bigint);\ncreate table lines (id bigint);" },
  ],
  otherIds: {
    squawk: ["ban-uncommitted-transaction", "transaction-nesting"],
    atlas: ["TX201"],
    migrationPilot: ["MP053"],
  },
});
