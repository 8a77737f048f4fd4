/** What the runbook says of one failure class: the page, the state, what to do. Pure. */
import { EXIT_CODES } from "../failures/exit-codes.ts";
import { failureClass, type FailureClassId } from "../failures/taxonomy.ts";

export interface RunbookEntry {
  readonly id: FailureClassId;
  readonly title: string;
  readonly exitCode: number;
  /** Whom it concerns; see exit-codes.ts. */
  readonly concerns: string;
}

export function runbookEntry(id: FailureClassId): RunbookEntry {
  const row = failureClass(id);
  const { code, concerns } = EXIT_CODES[row.exit];
  return { id, title: row.title, exitCode: code, concerns };
}
