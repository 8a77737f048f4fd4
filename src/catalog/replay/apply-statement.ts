/**
 * One statement of a history, replayed into the catalog. Nothing here asks a server: what a
 * statement would do to objects that the files have not made is left out, and a statement that the
 * server would refuse changes nothing, or as little as makes sense.
 */
import type { Node, SelectStmt } from "@pgsql/types";
import type { Statement } from "../../sql/statement.ts";
import type { Catalog } from "../catalog.ts";
import { alterTable } from "./alter-table.ts";
import { createComposite } from "./composite.ts";
import type { Replay, ReplayContext } from "./context.ts";
import { createTable } from "./create-table.ts";
import { copy, fillFromCommon, insert, merge, truncate } from "./data.ts";
import { applyDo } from "./do-block.ts";
import { applyDrop } from "./drop.ts";
import { alterFunction, createAggregate, createFunction } from "./functions.ts";
import { addGap, call, callsIn } from "./gaps.ts";
import { createIndex } from "./indexes.ts";
import { applyRename, applySetSchema } from "./rename.ts";
import { createExtension, createSchema } from "./schemas.ts";
import { alterSequence, createSequence } from "./sequences.ts";
import { setConfig, setVariable } from "./settings.ts";
import { dropTemporary, endTransaction } from "./transaction-end.ts";
import { comment, createPolicy, createRule, createTrigger } from "./table-objects.ts";
import {
  alterDomain,
  alterEnum,
  createBase,
  createDomain,
  createEnum,
  createRange,
} from "./types.ts";
import { createTableAs, createView, refresh, tableOfQuery } from "./views.ts";

type NodeType = Node extends infer One ? (One extends unknown ? keyof One : never) : never;
type FieldsOf<T extends NodeType> = Extract<Node, Record<T, unknown>>[T];
type Handlers = { readonly [T in NodeType]?: (replay: Replay, fields: FieldsOf<T>) => void };

/** What is not here (GRANT, VACUUM, LOCK, transaction control, …) changes nothing that is kept. */
const HANDLERS: Handlers = {
  CreateStmt: (replay, statement) => createTable(replay, statement),
  CreateForeignTableStmt: (replay, { base }) => {
    if (base !== undefined) createTable(replay, base, "foreign-table");
  },
  CompositeTypeStmt: createComposite,
  AlterTableStmt: alterTable,
  IndexStmt: createIndex,
  DropStmt: applyDrop,
  RenameStmt: applyRename,
  AlterObjectSchemaStmt: applySetSchema,
  CreateEnumStmt: createEnum,
  AlterEnumStmt: alterEnum,
  CreateRangeStmt: createRange,
  CreateDomainStmt: createDomain,
  AlterDomainStmt: alterDomain,
  DefineStmt: (replay, statement) => {
    if (statement.kind === "OBJECT_TYPE") createBase(replay, statement);
    else if (statement.kind === "OBJECT_AGGREGATE") createAggregate(replay, statement);
  },
  CreateFunctionStmt: createFunction,
  AlterFunctionStmt: alterFunction,
  CreateSeqStmt: createSequence,
  AlterSeqStmt: alterSequence,
  ViewStmt: createView,
  CreateTableAsStmt: createTableAs,
  RefreshMatViewStmt: refresh,
  SelectStmt: select,
  CreateTrigStmt: createTrigger,
  CreatePolicyStmt: createPolicy,
  RuleStmt: createRule,
  CommentStmt: comment,
  CreateSchemaStmt: (replay, statement) => createSchema(replay, statement, applyNode),
  CreateExtensionStmt: createExtension,
  ImportForeignSchemaStmt: (replay) => addGap(replay, "code"),
  VariableSetStmt: setVariable,
  DiscardStmt: (replay, { target }) => {
    if (target === "DISCARD_ALL" || target === "DISCARD_TEMP") dropTemporary(replay);
    if (target === "DISCARD_ALL") setVariable(replay, { kind: "VAR_RESET_ALL" });
  },
  InsertStmt: insert,
  MergeStmt: merge,
  CopyStmt: copy,
  TruncateStmt: truncate,
  UpdateStmt: (replay, { withClause }) => fillFromCommon(replay, withClause),
  DeleteStmt: (replay, { withClause }) => fillFromCommon(replay, withClause),
  DoStmt: (replay, statement) => applyDo(replay, statement, applyNode),
  CallStmt: call,
};

function select(replay: Replay, statement: SelectStmt): void {
  const { intoClause, withClause, targetList } = statement;
  fillFromCommon(replay, withClause);
  if (intoClause !== undefined) tableOfQuery(replay, { SelectStmt: statement }, intoClause);
  for (const one of targetList ?? []) {
    const value = "ResTarget" in one ? one.ResTarget.val : undefined;
    if (value !== undefined && "FuncCall" in value) setConfig(replay, value.FuncCall);
  }
  callsIn(replay, statement);
}

export function applyStatement(
  catalog: Catalog,
  statement: Pick<Statement, "node">,
  context: ReplayContext,
): void {
  const replay = { ...context, catalog };
  endTransaction(replay);
  applyNode(replay, statement.node);
}

export function applyNode(replay: Replay, node: Node): void {
  const [type] = Object.keys(node) as NodeType[];
  if (type === undefined) return;
  const handler = HANDLERS[type] as ((replay: Replay, fields: unknown) => void) | undefined;
  handler?.(replay, (node as Record<string, unknown>)[type]);
}
