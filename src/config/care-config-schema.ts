/** Checks what the configuration says about the care for the server. */
import * as v from "valibot";
import { BLOCKERS_CONFIG, BLOCKERS_KEYS } from "./blockers-config-schema.ts";
import { readSize } from "./size.ts";
import { FREEZES_CONFIG, WINDOWS_CONFIG, WINDOWS_KEYS } from "./windows-config-schema.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));

export const CARE_VALUES = {
  windows: v.optional(WINDOWS_CONFIG),
  freezes: v.optional(FREEZES_CONFIG),
  blockers: v.optional(BLOCKERS_CONFIG),
  disk: v.optional(
    v.strictObject({
      free: v.optional(
        v.pipe(
          v.union([v.string(), v.number()], "must be a size like `50GB`"),
          v.check((value) => readSize(value) !== undefined, "must be a size like `50GB`"),
        ),
      ),
    }),
  ),
  replicas: v.optional(v.array(text, "must be a list of connection strings")),
};

export const CARE_NESTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  ...WINDOWS_KEYS,
  ...BLOCKERS_KEYS,
  disk: ["free"],
};
