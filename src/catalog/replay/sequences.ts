/** CREATE SEQUENCE and whose column a sequence belongs to. */
import type { AlterSeqStmt, CreateSeqStmt, Node } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import { keyOf, type OtherRelation, TEMPORARY_SCHEMA } from "../catalog.ts";
import { findRelation, findTable, nameIn, nameOf, schemaFor } from "../find.ts";
import type { Replay } from "./context.ts";
import { addRelation, dependOn } from "./store.ts";

export function createSequence(replay: Replay, { sequence, options }: CreateSeqStmt): void {
  const { catalog } = replay;
  const name = nameOf(sequence);
  if (name === undefined) return;
  const schema = sequence?.relpersistence === "t" ? TEMPORARY_SCHEMA : schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  if (catalog.relations.has(key)) return;
  const made: OtherRelation = {
    kind: "sequence",
    key,
    schema,
    name: name.name,
    madeIn: catalog.step,
  };
  setOwner(replay, made, options);
  addRelation(catalog, made);
}

export function alterSequence(replay: Replay, { sequence, options }: AlterSeqStmt): void {
  const found = findRelation(replay.catalog, nameOf(sequence));
  if (found?.kind === "sequence") setOwner(replay, found, options);
}

function setOwner(
  { catalog }: Replay,
  sequence: OtherRelation,
  options: readonly Node[] | undefined,
): void {
  for (const one of options ?? []) {
    if (!("DefElem" in one) || one.DefElem.defname !== "owned_by") continue;
    const { arg } = one.DefElem;
    const list = arg !== undefined && "List" in arg ? arg.List.items : undefined;
    const column = stringList(list).at(-1);
    // OWNED BY NONE is a list of one word.
    const table = findTable(catalog, nameIn(list?.slice(0, -1)));
    delete sequence.ownedBy;
    if (table === undefined || column === undefined) continue;
    sequence.ownedBy = { table: table.key, column };
    dependOn(catalog, table.key, sequence.key);
  }
}
