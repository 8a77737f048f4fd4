/** Which of the five outputs a command uses. */

export type OutputMode = "terminal" | "plain" | "json" | "log" | "quiet";

export interface OutputSituation {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Structured logs. */
  readonly log?: boolean;
  readonly stdoutIsTty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `--json` wins over `--quiet`: it is read by programs, which drop what they do not want. Live
 * lines need a terminal that can move its cursor; a CI system's log cannot, even where it gives
 * its jobs a pseudo-terminal.
 */
export function chooseOutput(situation: OutputSituation): OutputMode {
  if (situation.json) return "json";
  if (situation.quiet) return "quiet";
  if (situation.log) return "log";
  const live =
    situation.stdoutIsTty &&
    !isContinuousIntegration(situation.env) &&
    situation.env["TERM"] !== "dumb";
  return live ? "terminal" : "plain";
}

/** `CI` is set by every large CI system; `CI=false` and `CI=0` say that this is none. */
export function isContinuousIntegration(
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const value = env["CI"];
  return value !== undefined && value !== "" && value !== "0" && value.toLowerCase() !== "false";
}
