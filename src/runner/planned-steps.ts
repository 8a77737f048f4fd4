/** From a prepared migration to the steps that a plan shows. Pure. */
import type { NamedRelation } from "./existing-relations.ts";
import type { PlannedMigration, PlannedStatement, PlannedStep } from "./plan.ts";
import { isSql, type Prepared, type PreparedSql, type PreparedStatement } from "./prepare.ts";
import { summarise } from "../sql/summarise.ts";

/** What the catalog knows about the names in a plan. */
export interface CatalogLook {
  exists(relation: NamedRelation): boolean;
  tableOf(index: NamedRelation): string | undefined;
}

export function plannedMigration(
  prepared: Prepared,
  catalog: CatalogLook,
  warnings: readonly string[],
): PlannedMigration {
  const { migration, direction, file, directives } = prepared;
  return {
    id: migration.id,
    file: file.path,
    direction,
    kind: migration.kind,
    directives,
    steps: stepsOf(prepared, catalog),
    warnings: [...prepared.warnings, ...unknownLocks(prepared), ...warnings],
  };
}

/** Every relation that some statement locks. */
export function lockedRelations(prepared: Prepared): readonly NamedRelation[] {
  return isSql(prepared) ? prepared.statements.flatMap(({ locks }) => locks) : [];
}

/** Every index whose table some statement locks. */
export function lockedIndexes(prepared: Prepared): readonly NamedRelation[] {
  if (!isSql(prepared)) return [];
  return prepared.statements.flatMap(({ indexTables }) => indexTables.map(({ index }) => index));
}

/** What calls functions or runs a block may lock anything, and its text does not say what. */
function unknownLocks(prepared: Prepared): string[] {
  if (!isSql(prepared)) return [];
  const lines = prepared.statements
    .filter(({ arm, locks }) => arm && locks.length === 0)
    .map(({ line }) => line);
  if (lines.length === 0) return [];
  const where = `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, 10).join(", ")}`;
  const more = lines.length > 10 ? ` and ${lines.length - 10} more` : "";
  return [`What ${where}${more} locks is known only when it runs.`];
}

function stepsOf(prepared: Prepared, catalog: CatalogLook): readonly PlannedStep[] {
  if (prepared.mode === "module") return [{ transaction: "module", statements: [] }];
  if (prepared.mode === "opaque") {
    const { text, startLine: line } = prepared;
    const statement = { ordinal: 1, summary: summarise(text), line, locks: [] };
    return [{ transaction: "file", statements: [statement] }];
  }
  if (!isSql(prepared)) return [];
  const statements = prepared.statements.map((one) => planned(one, catalog));
  if (prepared.mode === "file") return [{ transaction: "file", statements }];
  return oneByOne(prepared, statements);
}

/** SET and RESET are no steps of their own: they are repeated on each resume (run-statements.ts). */
function oneByOne(
  prepared: PreparedSql,
  statements: readonly PlannedStatement[],
): readonly PlannedStep[] {
  const steps: PlannedStep[] = [];
  let settings: PlannedStatement[] = [];
  for (const unit of prepared.units) {
    const { node, nonTransactional } = unit[0]!;
    settings.push(...unit.map(({ ordinal }) => statements[ordinal - 1]!));
    if (unit.length === 1 && "VariableSetStmt" in (node ?? {})) continue;
    const inTransaction = nonTransactional === undefined && prepared.mode === "statement";
    steps.push({ transaction: inTransaction ? "statement" : "none", statements: settings });
    settings = [];
  }
  if (settings.length > 0) steps.push({ transaction: "none", statements: settings });
  return steps;
}

function planned(statement: PreparedStatement, catalog: CatalogLook): PlannedStatement {
  const { ordinal, summary, line, nonTransactional, locks, indexTables } = statement;
  const tables = indexTables.flatMap(({ index, mode }) => {
    const relation = catalog.tableOf(index);
    return relation === undefined ? [] : [{ relation, mode, known: true }];
  });
  const named = locks
    .filter((lock) => catalog.exists(lock))
    .map(({ relation, mode, known }) => ({ relation, mode, known }));
  return {
    ordinal,
    summary,
    line,
    ...(nonTransactional && { nonTransactional }),
    locks: [...tables, ...named],
  };
}
