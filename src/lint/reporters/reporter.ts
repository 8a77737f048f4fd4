/** What a reporter is. It prints nothing and asks nothing: what it returns is the whole output. */
import type { LintResult, ReportContext } from "../result.ts";

/** The text that is printed or written to a file; ends with a line feed. */
export type Reporter = (result: LintResult, context: ReportContext) => string;
