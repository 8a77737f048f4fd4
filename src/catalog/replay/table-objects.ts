/** What hangs on a table without being a relation: triggers, policies, rules, comments. */
import type { CommentStmt, CreatePolicyStmt, CreateTrigStmt, RuleStmt } from "@pgsql/types";
import { keyOf, type Table } from "../catalog.ts";
import { findFunctions, findTable, nameIn, nameOf, schemaFor, tableAt } from "../find.ts";
import type { Replay } from "./context.ts";

export function createTrigger(replay: Replay, statement: CreateTrigStmt): void {
  const { catalog } = replay;
  const { trigname: name, replace } = statement;
  const table = findTable(catalog, nameOf(statement.relation));
  const called = nameIn(statement.funcname);
  if (table === undefined || name === undefined || called === undefined) return;
  const [definition] = findFunctions(catalog, called);
  const key = keyOf(definition?.schema ?? schemaFor(catalog, called), called.name);
  const before = table.triggers.find((one) => one.name === name);
  if (before !== undefined) {
    if (replace === true) before.function = key;
    return;
  }
  const row = statement.row === true;
  table.triggers.push({ name, function: key, ...(row && { row }) });
  if (row) cloneTrigger(replay, table, { name, function: key, row });
}

/** Triggers for each row go down to partitions. */
function cloneTrigger(replay: Replay, table: Table, trigger: Table["triggers"][number]): void {
  for (const key of table.partitions) {
    const partition = tableAt(replay.catalog, key);
    if (partition === undefined) continue;
    if (partition.triggers.some(({ name }) => name === trigger.name)) continue;
    partition.triggers.push({ ...trigger, cloned: true });
    cloneTrigger(replay, partition, trigger);
  }
}

export function dropTrigger(replay: Replay, table: Table, name: string): void {
  table.triggers = table.triggers.filter((trigger) => trigger.name !== name);
  for (const key of table.partitions) {
    const partition = tableAt(replay.catalog, key);
    if (partition?.triggers.some((one) => one.name === name && one.cloned === true) === true) {
      dropTrigger(replay, partition, name);
    }
  }
}

export function createPolicy({ catalog }: Replay, statement: CreatePolicyStmt): void {
  const table = findTable(catalog, nameOf(statement.table));
  const { policy_name: name } = statement;
  if (table === undefined || name === undefined || table.policies.includes(name)) return;
  table.policies.push(name);
}

export function createRule({ catalog }: Replay, { relation, rulename }: RuleStmt): void {
  const table = findTable(catalog, nameOf(relation));
  if (table === undefined || rulename === undefined || table.rules.includes(rulename)) return;
  table.rules.push(rulename);
}

export function comment(
  { catalog }: Replay,
  { objtype, object, comment: text }: CommentStmt,
): void {
  if (objtype !== "OBJECT_TABLE" || object === undefined || !("List" in object)) return;
  const table = findTable(catalog, nameIn(object.List.items));
  if (table === undefined) return;
  if (text === undefined || text === "") delete table.comment;
  else table.comment = true;
}
