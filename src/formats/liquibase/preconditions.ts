/** `--preconditions` and `--precondition-…` of a change set, as conditions for a guard. */
import type { Problems } from "../../migrations/problems.ts";
import { quoteLiteral } from "../../postgres/identifiers.ts";
import { splitStatements } from "../../sql/statement-tracker.ts";
import type { Condition, Outcome } from "../guard.ts";
import type { ChangeSet, Preconditions } from "./change-set.ts";
import { sqlOf } from "./check-sum.ts";

const EXPECTED = /^(?:expectedResult:)?(?:'([^']+)'|"([^"]+)"|(\w+)) (.*)$/is;

/** Of `sql-check`, `table-exists` and `view-exists`; a text says what is wrong with it. */
export function conditionOf(name: string, body: string): Condition | string {
  if (name === "sql-check") {
    const check = EXPECTED.exec(body.trim());
    if (check === null) return "has no `expectedResult:` and query";
    const expected = check[1] ?? check[2] ?? check[3]!;
    return { sql: check[4]!.trim().replace(/;$/, ""), expected };
  }
  const kinds = name === "table-exists" ? ["r", "p"] : name === "view-exists" ? ["v", "m"] : [];
  if (kinds.length === 0) return "is of a kind that is not known";
  const wanted = (name === "table-exists" ? /table:(\w+)/i : /view:(\w+)/i).exec(body)?.[1];
  if (wanted === undefined) return "names nothing";
  const schema = /schema:(\w+)/i.exec(body)?.[1];
  return {
    sql: `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in (${kinds.map(quoteLiteral).join(", ")}) and pg_catalog.lower(c.relname) = ${quoteLiteral(wanted.toLowerCase())} and ${schema === undefined ? "n.nspname = pg_catalog.current_schema()" : `pg_catalog.lower(n.nspname) = ${quoteLiteral(schema.toLowerCase())}`})`,
    expected: "true",
  };
}

const OUTCOMES: Readonly<Record<string, Outcome>> = { HALT: "raise", MARK_RAN: "skip", WARN: "go" };

export interface Outcomes {
  readonly onFalse: Outcome;
  readonly onError: Outcome;
}

/** Undefined, and a problem: it asks for what cannot be done here. */
export function outcomesOf(
  changeSet: ChangeSet,
  { onFail, onError }: Preconditions,
  problems: Problems,
): Outcomes | undefined {
  const onFalse = OUTCOMES[onFail.toUpperCase()];
  const onFailure = OUTCOMES[onError.toUpperCase()];
  const refuse = (why: string, action: string) => {
    const { file, line, author, id } = changeSet;
    problems.addFile(
      "file.invalid",
      file.path,
      `The preconditions of \`${author}:${id}\` in \`${file.path}\` ${why}.`,
      action,
      { location: { file: file.path, line, column: 1 } },
    );
    return undefined;
  };
  if (onFalse === undefined || onFailure === undefined) {
    const wrong = onFalse === undefined ? `onFail:${onFail}` : `onError:${onError}`;
    return refuse(
      `have \`${wrong}\`: what did not run would have to be asked again in each run`,
      "Use `HALT`, `MARK_RAN` or `WARN`.",
    );
  }
  if (onFalse !== "skip" && onFailure !== "skip") return { onFalse, onError: onFailure };
  const alone = cannotBeConditional(changeSet);
  if (alone === undefined) return { onFalse, onError: onFailure };
  return refuse(
    `have \`MARK_RAN\`, and ${alone}, which cannot run under a condition`,
    "Use `HALT`, or ask for the condition in the SQL.",
  );
}

/** What runs under a condition runs in a DO block. */
function cannotBeConditional(changeSet: ChangeSet): string | undefined {
  if (!changeSet.runInTransaction) return "it has `runInTransaction:false`";
  const text = Buffer.from(sqlOf(changeSet));
  for (const { start, end, words } of splitStatements(text)) {
    const statement = text.toString("utf8", start, end);
    if (["begin", "commit", "rollback", "start", "vacuum"].includes(words[0] ?? "")) {
      return `it has \`${words[0]}\``;
    }
    if (words[0] === "copy" && /\bfrom\s+stdin\b/i.test(statement)) return "it has rows for COPY";
    if (
      words.includes("concurrently") ||
      /^(?:create|drop|reindex)\b[^'"$]*\bconcurrently\b/i.test(statement)
    ) {
      return "it has `concurrently`";
    }
  }
  return undefined;
}
