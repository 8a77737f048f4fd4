/** What the effects of a statement depend on beside its tree. */
import type { Node } from "@pgsql/types";
import type { Catalog } from "../../catalog/catalog.ts";
import type { LintTarget, Setting, TransactionContext } from "../context.ts";

export interface EffectState {
  readonly catalog: Catalog;
  readonly target: LintTarget;
  readonly transaction: TransactionContext | undefined;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Throws for what is no SQL. */
  readonly parse?: ((sql: string) => readonly Node[]) | undefined;
}

/** Our runner sets TimeZone to UTC; another one leaves it to the server, where nobody knows it. */
export function isUtc({ settings, target }: EffectState): boolean | undefined {
  const set = settings.get("timezone")?.value;
  if (set !== undefined) return /^(utc|gmt|etc\/utc|zulu|0)$/i.test(set);
  return target.runner === "lockstep" ? true : undefined;
}
