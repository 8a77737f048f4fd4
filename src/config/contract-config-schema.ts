/** Checks what the configuration says about contract migrations. */
import * as v from "valibot";

export const CONTRACT_CONFIG = v.strictObject({
  guard: v.optional(v.picklist(["on", "off"], "must be `on` or `off`")),
  ignoreRoles: v.optional(
    v.array(
      v.pipe(v.string("must be the name of a role"), v.nonEmpty("must not be empty")),
      "must be a list of roles",
    ),
  ),
});

export const CONTRACT_KEYS: readonly string[] = ["guard", "ignoreRoles"];
