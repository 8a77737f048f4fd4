/**
 * From a file to something that can run: parsed once, before the lock is tried, so that every
 * refusal comes before anything is touched. Parse trees are dropped again except where a probe
 * needs them; ten thousand pending files must not cost ten thousand trees.
 */
import { Failure } from "../failures/failure.ts";
import {
  createdRelations,
  impliedLocksOf,
  loadLockFacts,
  locksOf,
  opaqueEffect,
  type LockFacts,
} from "../locks/locks-of-statement.ts";
import { blocksWrites, isStronger, type LockMode } from "../locks/lock-mode.ts";
import { assertWhole } from "../migrations/file-reader.ts";
import { generatedFile } from "../migrations/generated-file.ts";
import type { Migration, MigrationFile } from "../migrations/migration.ts";
import { phaseOf, phaseOfModule } from "../migrations/phase.ts";
import { parseMigration } from "../migrations/parse-migration.ts";
import { qualified } from "../postgres/identifiers.ts";
import { loadParser, type Parser } from "../sql/parser.ts";
import type { Directives, NonTransactionalKind, ParsedFile, Statement } from "../sql/statement.ts";
import { isQuiet } from "../sql/quiet.ts";
import { requirementsOf, type Requirements } from "../sql/requirements.ts";
import { leavesInSession } from "../sql/session-effects.ts";
import { summarise } from "../sql/summarise.ts";
import { decideTransaction } from "../sql/transaction-mode.ts";
import { decideUnits } from "../sql/transaction-units.ts";
import { careOf, type StatementCare } from "./care/statement-care.ts";
import type { WantedLock } from "./observer.ts";
import type { PlannedLock } from "./plan.ts";

export type Direction = "up" | "down";

export interface StatementLock extends PlannedLock {
  /** The name in parts; the schema is missing where the author left it out. */
  readonly schema?: string;
  readonly name: string;
}

export interface IndexTableLock {
  readonly index: { readonly schema?: string; readonly name: string };
  readonly mode: LockMode;
}

export interface PreparedStatement {
  readonly ordinal: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly summary: string;
  readonly nonTransactional?: NonTransactionalKind;
  readonly copyData?: Buffer;
  /** Kept only for statements that are probed after a crash. */
  readonly node?: Statement["node"];
  readonly locks: readonly StatementLock[];
  /** Indexes that it names, and the mode on their table, which only the catalog can name. */
  readonly indexTables: readonly IndexTableLock[];
  /** The cap is re-armed before it: it may wait for a lock on something that exists. */
  readonly arm: boolean;
  /** What it needs of the server; missing where that is nothing. */
  readonly requires?: Requirements;
  /** What stays in the session after the transaction, in words; see sql/session-effects.ts. */
  readonly leaves?: string;
  /** What it means for replicas and the disk; only with `forPlan`. */
  readonly care?: StatementCare;
}

export interface PreparedLock extends WantedLock {
  /** DROP TABLE also locks the tables at the other end of its foreign keys. */
  readonly dropsTable: boolean;
}

interface PreparedBase {
  readonly migration: Migration;
  readonly direction: Direction;
  readonly file: MigrationFile;
  readonly directives: Directives;
  readonly warnings: readonly string[];
  /** Locks on relations that exist before the file and that stop writers, strongest per relation. */
  readonly wanted: readonly PreparedLock[];
}

export type Prepared = PreparedBase &
  (
    | {
        readonly mode: "file" | "none" | "statement";
        readonly statements: readonly PreparedStatement[];
        /** What is journaled and committed as one, in order; unused in mode `file`. */
        readonly units: readonly (readonly PreparedStatement[])[];
        readonly ownTransaction: boolean;
        /** No statement runs anybody's code; see sql/quiet.ts. */
        readonly quiet: boolean;
        readonly locate: ParsedFile["locate"];
      }
    | {
        readonly mode: "opaque";
        readonly text: string;
        readonly startLine: number;
      }
    | { readonly mode: "module" }
  );

export type PreparedSql = Extract<Prepared, { mode: "file" | "none" | "statement" }>;
export type PreparedOpaque = Extract<Prepared, { mode: "opaque" }>;
export type PreparedModule = Extract<Prepared, { mode: "module" }>;

export function isSql(prepared: Prepared): prepared is PreparedSql {
  return prepared.mode === "file" || prepared.mode === "none" || prepared.mode === "statement";
}

export interface PrepareOptions {
  readonly serverVersion: number;
  readonly placeholders?: Readonly<Record<string, string>>;
  readonly processExitsSoon?: boolean | undefined;
  /** Also look at what only a plan speaks of. */
  readonly forPlan?: boolean;
}

/** Loads parser and lock facts once, on first use. */
export class Preparer {
  readonly #options: PrepareOptions;
  #parser: Promise<Parser> | undefined;
  #facts: Promise<LockFacts> | undefined;

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  parser(): Promise<Parser> {
    const { processExitsSoon = false } = this.#options;
    this.#parser ??= loadParser({ processExitsSoon });
    return this.#parser;
  }

  async prepare(migration: Migration, direction: Direction): Promise<Prepared> {
    if (migration.language === "module") {
      if (direction === "up") phaseOfModule(migration);
      return {
        mode: "module",
        migration,
        direction,
        file: migration.up,
        directives: {},
        warnings: [],
        wanted: [],
      };
    }
    const written = direction === "up" ? migration.up : migration.down;
    if (written === undefined) throw noDown(migration);
    assertWhole(written);
    const file = await generatedFile(written);
    const parsed = await this.parse(file);
    if (direction === "up") refuseHiddenPhase(migration, parsed.directives);
    // Above its part of a file of another tool a phase may stand where the parser was not.
    const directives = {
      ...parsed.directives,
      ...(direction === "up" && phaseOf(migration)),
    };
    const base = { migration, direction, file, directives };
    if (parsed.opaque) {
      return {
        ...base,
        mode: "opaque",
        text: parsed.opaque.text,
        startLine: parsed.opaque.line,
        wanted: [],
        warnings: [
          `The parser cannot read ${file.path}:${parsed.opaque.line} (${parsed.opaque.reason}); ` +
            "the file is sent to the server as one transaction.",
        ],
      };
    }
    const { mode, units } = modeOf(parsed, file, this.#options);
    this.#facts ??= loadLockFacts(Math.floor(this.#options.serverVersion / 10_000));
    const all = mode === "file" ? parsed.statements : units.flat();
    const { statements, wanted } = analyse(all, parsed.bytes, await this.#facts, {
      mode,
      care: this.#options.forPlan === true,
    });
    return {
      ...base,
      mode,
      statements,
      units: units.map((unit) => unit.map(({ ordinal }) => statements[ordinal - 1]!)),
      wanted,
      ownTransaction: parsed.ownTransaction,
      quiet: parsed.statements.every(isQuiet),
      locate: parsed.locate,
      warnings: parsed.ownTransaction
        ? [
            `${file.path} brings its own BEGIN and COMMIT; Lockstep's transaction takes their place.`,
          ]
        : [],
    };
  }

  async parse(file: MigrationFile): Promise<ParsedFile> {
    const { placeholders } = this.#options;
    const { path, bytes, reading } = await generatedFile(file);
    return parseMigration({ path, bytes, reading, parser: await this.parser(), placeholders });
  }
}

/** The phase is needed before anything is parsed; what is not seen there must not count here only. */
function refuseHiddenPhase(migration: Migration, { phase }: Directives): void {
  if (phase === undefined || phaseOf(migration).phase === phase) return;
  throw new Failure({
    class: "file.directive",
    migration: migration.id,
    location: { file: migration.up.path, line: 1, column: 1 },
    what: "`lockstep:phase` stands where only the parser finds it.",
    action: "Move it into the comments at the very top of the file.",
  });
}

type Mode = PreparedSql["mode"];

function modeOf(
  parsed: ParsedFile,
  { reading }: MigrationFile,
  { serverVersion }: PrepareOptions,
): { mode: Mode; units: readonly (readonly Statement[])[] } {
  if (reading === undefined || parsed.directives.transaction !== undefined) {
    const { mode } = decideTransaction(parsed, { serverVersion });
    return { mode, units: parsed.statements.map((statement) => [statement]) };
  }
  const decided = decideUnits(parsed, {
    eachAlone: reading.transaction === "statement",
    serverVersion,
  });
  return { units: [], ...decided };
}

export function noDown(migration: Migration): Failure {
  return new Failure({
    class: "file.no_down",
    migration: migration.id,
    what: `\`${migration.id}\` has no down migration.`,
    action: `Write \`${migration.id}.down.sql\`, or go forward with a new migration.`,
  });
}

function analyse(
  all: readonly Statement[],
  bytes: Buffer,
  facts: LockFacts,
  { mode, care }: { readonly mode: "file" | "none" | "statement"; readonly care: boolean },
): { statements: PreparedStatement[]; wanted: PreparedLock[] } {
  const created = new Set<string>();
  const wanted = new Map<string, PreparedLock>();
  const statements = all.map((statement): PreparedStatement => {
    const locks: StatementLock[] = [];
    const leaves = leavesInSession(statement);
    const requires = requirementsOf(statement);
    const dropsTable = "DropStmt" in statement.node;
    for (const lock of locksOf(statement, facts)) {
      if (created.has(relationKey(lock)) || created.has(relationKey({ name: lock.name }))) continue;
      const regclass = qualified(lock.schema, lock.name);
      const relation = lock.schema === undefined ? lock.name : `${lock.schema}.${lock.name}`;
      locks.push({
        relation,
        mode: lock.mode,
        known: lock.known,
        name: lock.name,
        ...(lock.schema !== undefined && { schema: lock.schema }),
      });
      if (
        statement.nonTransactional === undefined &&
        blocksWrites(lock.mode) &&
        !asksForNoWait(statement)
      ) {
        const before = wanted.get(regclass);
        wanted.set(regclass, {
          regclass,
          mode: before && isStronger(before.mode, lock.mode) ? before.mode : lock.mode,
          dropsTable: dropsTable || (before?.dropsTable ?? false),
        });
      }
    }
    for (const relation of createdRelations(statement)) created.add(relationKey(relation));
    const probed = statement.nonTransactional !== undefined || mode !== "file";
    return {
      ordinal: statement.ordinal,
      text: statement.text,
      start: statement.start,
      end: statement.end,
      line: statement.line,
      column: statement.column,
      summary: summarise(statement.text),
      locks,
      indexTables: indexTablesOf(statement, facts),
      arm: locks.length > 0 || opaqueEffect(statement),
      ...(leaves !== undefined && { leaves }),
      ...(Object.values(requires).some(({ length }) => length > 0) && { requires }),
      ...(statement.nonTransactional && { nonTransactional: statement.nonTransactional }),
      ...(statement.copyData && {
        copyData: bytes.subarray(statement.copyData.start, statement.copyData.end),
      }),
      ...(probed && { node: statement.node }),
      ...(care && { care: careOf(statement, facts) }),
    };
  });
  return { statements, wanted: [...wanted.values()] };
}

function indexTablesOf(statement: Statement, facts: LockFacts): IndexTableLock[] {
  return impliedLocksOf(statement, facts)
    .filter(({ role }) => role === "table-of-index")
    .flatMap(({ mode, of }) =>
      of
        .filter(({ role }) => role === "index")
        .map(({ schema, name }) => ({
          mode,
          index: { name, ...(schema !== undefined && { schema }) },
        })),
    );
}

/** The author wants to fail where a lock is taken: neither waited for nor taken ahead. */
function asksForNoWait({ node }: Statement): boolean {
  return "LockStmt" in node && node.LockStmt.nowait === true;
}

function relationKey(relation: { schema?: string | undefined; name: string }): string {
  return qualified(relation.schema, relation.name);
}
