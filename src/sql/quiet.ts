/**
 * Statements that run no code of anybody: plain DDL without function calls. They can neither end
 * the transaction nor give up a lock nor leave anything in the session, so that what protects from
 * those need not be done around them. Whatever is not surely so is not quiet; event triggers, which
 * run code at any DDL, are the caller's business.
 */
import { leavesInSession } from "./session-effects.ts";
import type { Statement } from "./statement.ts";
import { stringList, walk } from "./tree.ts";

const QUIET_KINDS: ReadonlySet<string> = new Set([
  "AlterEnumStmt",
  "AlterOwnerStmt",
  "AlterSeqStmt",
  "AlterTableStmt",
  "CommentStmt",
  "CompositeTypeStmt",
  "CreateDomainStmt",
  "CreateEnumStmt",
  "CreateFunctionStmt",
  "CreatePolicyStmt",
  "CreateSeqStmt",
  "CreateStatsStmt",
  "CreateStmt",
  "CreateTrigStmt",
  "DropStmt",
  "GrantStmt",
  "IndexStmt",
  "RenameStmt",
  "RuleStmt",
  "ViewStmt",
]);

/** Of PostgreSQL itself; the commonest in defaults and index expressions. */
const QUIET_FUNCTIONS: ReadonlySet<string> = new Set([
  "coalesce",
  "date_trunc",
  "gen_random_uuid",
  "lower",
  "nextval",
  "now",
  "to_tsvector",
  "upper",
  "uuidv7",
]);

export function isQuiet(statement: Pick<Statement, "node">): boolean {
  const { node } = statement;
  if (!QUIET_KINDS.has(Object.keys(node)[0] ?? "")) return false;
  if (leavesInSession(statement) !== undefined) return false;
  let quiet = true;
  walk(node, (type, fields) => {
    if (type !== "FuncCall") return;
    const name = stringList(fields["funcname"]);
    const own = name.length === 1 || name[0] === "pg_catalog";
    quiet &&= own && QUIET_FUNCTIONS.has(name.at(-1) ?? "");
  });
  return quiet;
}
