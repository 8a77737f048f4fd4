/** What a file leaves from one statement to the next: settings, and the locks of its transaction. */
import { blocksReads, blocksWrites, isStronger } from "../locks/lock-mode.ts";
import type { HeldLock, Setting, StatementContext, TransactionContext } from "./context.ts";

export class FileSession {
  readonly statements: StatementContext[] = [];
  readonly settings = new Map<string, Setting>();
  #inUnit: StatementContext[] | undefined;
  #held = new Map<string, HeldLock>();

  beginUnit(inTransaction: boolean): void {
    this.#inUnit = inTransaction ? [] : undefined;
    this.#held = new Map();
    for (const [name, { local }] of this.settings) if (local) this.settings.delete(name);
  }

  get transaction(): TransactionContext | undefined {
    if (this.#inUnit === undefined) return undefined;
    return { statements: [...this.#inUnit], held: this.#held };
  }

  after(context: StatementContext): void {
    this.statements.push(context);
    this.#inUnit?.push(context);
    this.#remember(context);
    const { node, statement } = context;
    if (!("VariableSetStmt" in node)) return;
    const { name, kind, args, is_local } = node.VariableSetStmt;
    if (name === undefined) return;
    const key = name.toLowerCase();
    if (kind === "VAR_SET_VALUE") {
      const value = args?.map(textOf).join(", ") ?? "";
      this.settings.set(key, { value, local: is_local === true, statement });
    } else this.settings.delete(key);
  }

  /** Copied for each statement that looks, so that a rule may keep what it saw. */
  #remember({ effects, statement }: StatementContext): void {
    const held = new Map(this.#held);
    for (const { key, relation, mode, isNew } of effects.locks) {
      if (isNew || !(blocksWrites(mode) || blocksReads(mode))) continue;
      const at = key ?? relation;
      const before = held.get(at);
      if (before === undefined || isStronger(mode, before.mode)) {
        held.set(at, { relation, mode, by: statement });
      }
    }
    this.#held = held;
  }
}

function textOf(node: object): string {
  if (!("A_Const" in node)) return "";
  const { ival, fval, sval, boolval } = node.A_Const as {
    ival?: { ival?: number };
    fval?: { fval?: string };
    sval?: { sval?: string };
    boolval?: { boolval?: boolean };
  };
  return (
    sval?.sval ??
    fval?.fval ??
    (ival === undefined ? String(boolval?.boolval ?? "") : String(ival.ival ?? 0))
  );
}
