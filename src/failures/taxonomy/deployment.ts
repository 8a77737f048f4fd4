/** Classes for keeping code and schema in step while an application is deployed. */
import type { FailureClass } from "../failure-class.ts";

export const DEPLOYMENT = {
  "gate.timeout": {
    title: "The schema did not become ready in time",
    detection:
      "The gate looked until its time was over, and something that this build ships was not applied, or something was half done.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "gateTimeout",
    automatic: "Looks again, at most once a second, until its time is over.",
    state: "The gate changes nothing. The code behind it was not started.",
    action:
      "Look at the run that should have applied it: `lockstep runs`, then `lockstep explain <run>`.",
  },
  "gate.too_old": {
    title: "The database has left this build behind",
    detection:
      "A contract migration is applied that this build is too old for, or the database is further ahead than `--max-ahead` allows.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Nothing: waiting does not help.",
    state: "The gate changes nothing. The code behind it was not started.",
    action: "Deploy a newer build; this one would use what is not there any more.",
  },
  "contract.old_code": {
    title: "Old code still needs what this migration takes away",
    detection:
      "A migration marked `lockstep:phase contract` is pending, and an instance of the application runs that does not ship the version it waits for, or nobody knows what runs.",
    retry: "never",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic: "Stops before anything is touched.",
    state: "Nothing was changed.",
    action:
      "Wait until the old release is gone and run the same command again, or apply only the rest with `--phase expand`.",
  },
  "window.closed": {
    title: "Migrations are not allowed at this time",
    detection: "The time is outside of the `windows` of the configuration, or inside of a freeze.",
    retry: "never",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic: "Stops before anything is touched.",
    state: "Nothing was changed.",
    action: "Run the same command in the next window, or with `--force --reason …` now.",
  },
} as const satisfies Record<string, FailureClass>;
