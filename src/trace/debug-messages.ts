/**
 * What PostgreSQL says at client_min_messages = debug1, in the language C, about the work that a
 * statement does on whole tables. The texts are the same from 14 to 18 (tablecmds.c, index.c).
 */
import type { WorkKind } from "../locks/lock-facts.ts";

/** Names are without schema, as the server writes them here. */
export type DebugMessage =
  | {
      readonly about: "work";
      readonly kind: WorkKind;
      readonly table: string;
      readonly index?: string;
    }
  /** Only the constraint is named; whose it is, is in the catalog. */
  | { readonly about: "validation"; readonly constraint: string }
  | { readonly about: "proof"; readonly message: string };

const REWRITING = /^rewriting table "(.*)"$/;
const VERIFYING = /^verifying table "(.*)"$/;
const BUILDING =
  /^building index "(.*)" on table "(.*)" (?:serially|with request for \d+ parallel)/;
const VALIDATING = /^validating foreign key constraint "(.*)"$/;
// Column … does not contain nulls; the constraint of a partition, or what remains for the default one.
const PROVED = / (?:are sufficient to prove that .*|is implied by existing constraints)$/;

export function readDebugMessage(message: string): DebugMessage | undefined {
  const rewritten = REWRITING.exec(message)?.[1];
  if (rewritten !== undefined) return { about: "work", kind: "rewrite", table: rewritten };
  const verified = VERIFYING.exec(message)?.[1];
  if (verified !== undefined) return { about: "work", kind: "scan", table: verified };
  const [, index, table] = BUILDING.exec(message) ?? [];
  if (index !== undefined && table !== undefined) {
    return { about: "work", kind: "index-build", table, index };
  }
  const constraint = VALIDATING.exec(message)?.[1];
  if (constraint !== undefined) return { about: "validation", constraint };
  return PROVED.test(message) ? { about: "proof", message } : undefined;
}
