/** Checks `blockers` of the configuration. */
import * as v from "valibot";
import { readDuration } from "./duration.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));

const STATES = ["active", "idle in transaction", "idle in transaction (aborted)"] as const;

export const BLOCKERS_CONFIG = v.strictObject({
  cancel: v.optional(
    v.array(
      v.pipe(
        v.strictObject({
          state: v.optional(
            v.picklist(STATES, `must be one of ${STATES.map((one) => `\`${one}\``).join(", ")}`),
          ),
          role: v.optional(text),
          application: v.optional(text),
          olderThan: v.pipe(
            v.union([v.string(), v.number()], "must be a duration like `30s`"),
            v.check((value) => readDuration(value) !== undefined, "must be a duration like `30s`"),
          ),
          action: v.optional(
            v.picklist(["cancel", "terminate"], "must be `cancel` or `terminate`"),
          ),
        }),
        v.check(
          ({ state, role, application }) => [state, role, application].some((one) => one),
          "must say who: `state`, `role` or `application`",
        ),
        v.check(
          ({ state, action }) => action !== "cancel" || !state?.startsWith("idle"),
          "has nothing to cancel: a session that is idle in a transaction can only be terminated",
        ),
      ),
      "must be a list of rules",
    ),
  ),
});

export const BLOCKERS_KEYS: Readonly<Record<string, readonly string[]>> = {
  blockers: ["cancel"],
  "blockers.cancel": ["state", "role", "application", "olderThan", "action"],
};
