/**
 * What a statement does to relations that were there before it. Catalog and tree decide which
 * measured case applies; the facts of the version say which locks and which work that case brings.
 * Nothing here knows by itself that something rewrites a table.
 */
import type { Node } from "@pgsql/types";
import { written } from "../../catalog/catalog.ts";
import { isTable } from "../../catalog/find.ts";
import { blocksWrites, type LockMode, strongest } from "../../locks/lock-mode.ts";
import { opaqueEffect } from "../../locks/opaque-effect.ts";
import { workOfCase } from "../../locks/work-of-case.ts";
import type { Statement } from "../../sql/statement.ts";
import type { EffectLock, Effects, Work } from "../context.ts";
import type { LongWork } from "../finding.ts";
import { alterTableParts } from "./alter-table.ts";
import { dataWork } from "./data.ts";
import { innerStatements } from "./inner-statements.ts";
import { effectLocks } from "./locks.ts";
import { otherParts } from "./other.ts";
import { isInUse, mayHaveRows } from "./partitions.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";
import { textOf } from "./target.ts";
import { validateWork } from "./validate.ts";

/** The worst of several, which is what people have to know first. */
const WORST_FIRST: readonly LongWork[] = ["rewrite", "index-build", "fk-validation", "scan"];

/** What is read there is no work on the table that the statement is about. */
const BESIDE: ReadonlySet<string> = new Set(["source", "referenced", "referencing"]);

export function effectsOf(statement: Statement, state: EffectState): Effects {
  const locks = effectLocks(statement, state);
  const { statements: inner, complete } = innerStatements(statement.node, state.parse);
  const made = new Set(inner.flatMap(createdTables));
  for (const node of inner) for (const lock of effectLocks({ node }, state)) locks.push(lock);
  return {
    locks,
    work: [
      ...partsOf(statement.node, state).flatMap((part) => workOf(part, locks, state)),
      ...inner
        .flatMap((node) => partsOf(node, state))
        .filter(({ on }) => "key" in on || !made.has(on.name))
        // Whether it runs is decided by the block; where it stands is in another text.
        .map(({ location: _location, ...part }) => ({ ...part, certain: false }))
        .flatMap((part) => workOf(part, locks, state)),
      ...dataWork(statement.node, state),
      ...inner
        .flatMap((node) => dataWork(node, state))
        .map((work) => ({ ...work, certain: false })),
    ],
    unknown: opaqueEffect(statement) && !complete ? [whyUnknown(statement)] : [],
  };
}

/** In a block, IF NOT EXISTS most often means that it is made by it. */
function createdTables(node: Node): string[] {
  const name = "CreateStmt" in node ? node.CreateStmt.relation?.relname : undefined;
  return name === undefined ? [] : [name];
}

function partsOf(node: Node, state: EffectState): Part[] {
  return "AlterTableStmt" in node
    ? alterTableParts(node.AlterTableStmt, state)
    : otherParts(node, state);
}

function workOf(part: Part, locks: readonly EffectLock[], state: EffectState): Work[] {
  const measured = workOfCase(state.target.facts, part.case);
  const kinds = new Set(
    Object.entries(measured ?? {}).flatMap(([role, done]) => (BESIDE.has(role) ? [] : done)),
  );
  const kind = WORST_FIRST.find((one) => kinds.has(one));
  if (kind === undefined) return [];
  const { on, also } = part;
  const known = "key" in on ? on : undefined;
  const relation = known === undefined ? textOf(on) : written(known);
  const mode = modeOn(known?.key ?? relation, locks, state) ?? "ACCESS EXCLUSIVE";
  const own = blocksWrites(mode) && isInUse(known, state.catalog);
  const others = also === undefined ? undefined : modeOn(also.key, locks, state);
  const theirs =
    also !== undefined &&
    others !== undefined &&
    blocksWrites(others) &&
    isInUse(also, state.catalog) &&
    mayHaveRows(known, state.catalog);
  const hurt = !own && theirs ? also : undefined;
  return [
    validateWork(
      {
        kind,
        cause: part.cause,
        relation: hurt === undefined ? relation : written(hurt),
        ...((hurt ?? known) && { key: (hurt ?? known)!.key }),
        mode: hurt === undefined ? mode : others!,
        harmful: own || theirs,
        certain: part.certain ?? true,
        reason: part.reason,
        ...(part.location !== undefined && { location: part.location }),
      },
      part,
      locks,
      state,
    ),
  ];
}

/** The mode on a relation while the statement runs: its own, or a stronger one held before. */
export function modeOn(
  at: string,
  locks: readonly EffectLock[],
  state: EffectState,
): LockMode | undefined {
  const { transaction, catalog } = state;
  const held = transaction?.held.get(at);
  const relation = catalog.relations.get(at as never);
  const above =
    relation !== undefined && isTable(relation) ? relation.partitionOf?.parent : undefined;
  const modes = [
    ...locks.filter((lock) => (lock.key ?? lock.relation) === at).map(({ mode }) => mode),
    ...(held === undefined ? [] : [held.mode]),
  ];
  return strongest(modes) ?? (above === undefined ? undefined : modeOn(above, locks, state));
}

function whyUnknown({ node }: Statement): string {
  const kind = Object.keys(node)[0] ?? "";
  if (kind === "DoStmt") return "a DO block can run any statement";
  if (kind === "CallStmt") return "a procedure can run any statement";
  if (kind.includes("Extension")) return "the script of an extension can run any statement";
  if (kind === "DropStmt" || kind === "DropOwnedStmt" || kind === "ReassignOwnedStmt") {
    return "what it takes along is known to the server only";
  }
  return "it calls a function that can run any statement";
}
