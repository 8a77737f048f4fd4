/** What a Job does with each exit code, out of the table of exit codes. */
import { EXIT_CODES, type ExitCode } from "../failures/exit-codes.ts";

/**
 * Where the same command, unchanged, fails again: the release stops at once. Sorted and without 0,
 * as Kubernetes asks. What is not in it (75, 130, 143, 137 of a kill) is counted and tried again.
 */
export function hopelessExitCodes(): number[] {
  return (Object.values(EXIT_CODES) as ExitCode[])
    .filter(({ code, retry }) => code !== 0 && retry !== "yes")
    .map(({ code }) => code)
    .toSorted((a, b) => a - b);
}
