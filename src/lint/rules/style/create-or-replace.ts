import type { Node } from "@pgsql/types";
import { stringList } from "../../../sql/tree.ts";
import type { StatementContext } from "../../context.ts";
import type { Fix } from "../../finding.ts";
import { type DropKind, droppedNames } from "../support/drops.ts";
import { inCaseOf, insertAfterWords, oneEdit } from "../support/edits.ts";
import { defineRule } from "../../rule.ts";

const KINDS: readonly DropKind[] = [
  "OBJECT_FUNCTION",
  "OBJECT_PROCEDURE",
  "OBJECT_VIEW",
  "OBJECT_TRIGGER",
];

export const createOrReplace = defineRule({
  id: "create-or-replace",
  kind: "re-run",
  severity: "info",
  pack: "style",
  summary: "A function, a view or a trigger is created without OR REPLACE",
  why: "With OR REPLACE the same text works whether or not the object is there, and keeps its grants and what depends on it. Without it the file fails where somebody made the object by hand.",
  instead: "`CREATE OR REPLACE`.",
  bad: [
    { sql: "create function one() returns int language sql as 'select 1';" },
    { sql: "create view ones as select 1 as one;" },
  ],
  good: [
    { sql: "create or replace view ones as select 1 as one;" },
    {
      history: "create view ones as select 1 as one;",
      sql: "drop view ones;\ncreate view ones as select 'one' as one;",
      note: "dropped before, because its columns change",
    },
  ],
  otherIds: { pgrubic: ["GN007", "GN008", "GN029", "GN030"] },
  on: ["CreateFunctionStmt", "CreateTrigStmt", "DropStmt", "ViewStmt"],
  *check(context) {
    const made = replaceable(context.node);
    if (
      made === undefined ||
      context.file.before.some(({ node }) =>
        droppedNames(node, ...KINDS).some(({ name }) => name === made.name),
      )
    )
      return;
    yield {
      message: `\`${made.name}\` is created without OR REPLACE, and fails where it is there already.`,
      ...fixOf(context),
    };
  },
});

function fixOf(context: StatementContext): { fix?: Fix } {
  const edit = insertAfterWords(context, ["create"], inCaseOf(context, " OR REPLACE"));
  const fix = oneEdit("Create or replace it", edit);
  return fix === undefined ? {} : { fix };
}

function replaceable(node: Node): { readonly name: string } | undefined {
  if ("CreateFunctionStmt" in node) {
    const { replace, funcname } = node.CreateFunctionStmt;
    return replace === true ? undefined : { name: stringList(funcname).at(-1) ?? "" };
  }
  if ("ViewStmt" in node) {
    const { replace, view } = node.ViewStmt;
    if (replace === true || view?.relpersistence === "t") return undefined;
    return { name: view?.relname ?? "" };
  }
  if (!("CreateTrigStmt" in node)) return undefined;
  const { replace, isconstraint, trigname } = node.CreateTrigStmt;
  // CREATE CONSTRAINT TRIGGER does not know OR REPLACE.
  return replace === true || isconstraint === true ? undefined : { name: trigname ?? "" };
}
