import { defineRule } from "../../rule.ts";

export const transactionNesting = defineRule({
  id: "transaction-nesting",
  kind: "re-run",
  severity: "warning",
  handledByRunner:
    "BEGIN and COMMIT around a whole file are taken for what the runner does anyway; anything else is refused.",
  summary: "A file begins and commits a transaction that its runner may have begun already",
  why: "Inside of a transaction BEGIN is a warning, and the COMMIT ends the transaction of the runner: what it does behind the file (its own row in the history) is no longer part of it.",
  instead: "Leave BEGIN and COMMIT to the runner, or tell it that the file has its own.",
  bad: [{ sql: "begin;\ncreate table orders (id bigint);\ncommit;" }],
  good: [{ sql: "create table orders (id bigint);" }],
  otherIds: {
    squawk: ["transaction-nesting"],
    atlas: ["TX201"],
    postgresLanguageServer: ["transactionNesting"],
  },
  *checkFile({ parsed }) {
    const [begin] = parsed.ownTransactionRanges ?? [];
    if (!parsed.ownTransaction || begin === undefined) return;
    yield {
      message:
        "If the runner wraps files in a transaction, the COMMIT of this one ends it too early. Leave BEGIN and COMMIT to the runner.",
      at: begin,
    };
  },
});
