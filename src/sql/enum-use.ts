/**
 * A value that ALTER TYPE … ADD VALUE adds cannot be used before the commit (55P04), unless, since
 * 17, the type itself was created in the same transaction (measured: 14–16 refuse that too).
 */
import type { Statement } from "./statement.ts";
import { bodies, isFields, stringList, walk } from "./tree.ts";

export interface EnumUse {
  readonly value: string;
  /** The type's name as written. */
  readonly type: string;
  readonly added: Statement;
  readonly used: Statement;
}

interface Added {
  readonly value: string;
  readonly type: string;
  readonly statement: Statement;
}

/** The first use of each added value after its addition. */
export function enumUses(statements: readonly Statement[], options: EnumOptions = {}): EnumUse[] {
  const tracker = new EnumTracker(options);
  return statements.flatMap((statement) => tracker.next(statement));
}

export interface EnumOptions {
  /** As `server_version_num`; unknown: as on the newest. */
  readonly serverVersion?: number | undefined;
}

/** Follows a transaction statement by statement; `reset` says that it was committed. */
export class EnumTracker {
  readonly #created = new Set<string>();
  readonly #newTypesAreFree: boolean;
  #added: Added[] = [];

  constructor({ serverVersion }: EnumOptions = {}) {
    this.#newTypesAreFree = serverVersion === undefined || serverVersion >= 170_000;
  }

  /** The added values that this statement uses too early; then it is remembered itself. */
  next(statement: Statement): EnumUse[] {
    const early = this.#added.filter(({ value }) => uses(statement, value));
    this.#added = this.#added.filter((one) => !early.includes(one));
    this.#remember(statement);
    return early.map(({ value, type, statement: added }) => {
      return { value, type, added, used: statement };
    });
  }

  reset(): void {
    this.#added = [];
    this.#created.clear();
  }

  #remember(statement: Statement): void {
    const { node } = statement;
    if ("CreateEnumStmt" in node && this.#newTypesAreFree)
      this.#created.add(key(stringList(node.CreateEnumStmt.typeName)));
    if (!("AlterEnumStmt" in node)) return;
    const { typeName, newVal, oldVal } = node.AlterEnumStmt;
    // RENAME VALUE has an old value, and its new one is usable at once.
    if (newVal === undefined || oldVal !== undefined) return;
    const type = stringList(typeName);
    if (this.#created.has(key(type))) return;
    this.#added.push({ value: newVal, type: type.join("."), statement });
  }
}

/** Compared without schema: whether `mood` is `public.mood` only the search path knows. */
function key(name: readonly string[]): string {
  return name.at(-1) ?? "";
}

/** A constant equal to the value anywhere in the tree, or written out in a function body. */
function uses(statement: Statement, value: string): boolean {
  let found = false;
  walk(statement.node, (type, fields) => {
    if (type !== "A_Const" || !isFields(fields["sval"])) return;
    if (fields["sval"]["sval"] === value) found = true;
  });
  const literal = `'${value.replaceAll("'", "''")}'`;
  return found || bodies(statement.node).some((body) => body.includes(literal));
}
