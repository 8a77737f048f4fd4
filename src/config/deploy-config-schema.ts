/** Checks what `lockstep.config.ts` says about deploying. Imports valibot: loaded only with a file. */
import * as v from "valibot";
import { CONTRACT_CONFIG, CONTRACT_KEYS } from "./contract-config-schema.ts";
import { CARE_NESTED_KEYS, CARE_VALUES } from "./care-config-schema.ts";

import { NOTIFY_CONFIG, NOTIFY_KEYS } from "./notify-config-schema.ts";
import { METRICS_NESTED_KEYS, METRICS_VALUES } from "./metrics-config-schema.ts";
import { KUBERNETES_CONFIG, KUBERNETES_KEYS } from "./kubernetes-config-schema.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));

export const DEPLOY_VALUES = {
  contract: v.optional(CONTRACT_CONFIG),
  ...CARE_VALUES,
  cluster: v.optional(text),
  links: v.optional(
    v.strictObject({
      runbook: v.optional(text),
      dashboard: v.optional(text),
      run: v.optional(text),
    }),
  ),
  notify: v.optional(NOTIFY_CONFIG),
  ...METRICS_VALUES,
  kubernetes: v.optional(KUBERNETES_CONFIG),
};

/** The keys under each of them, by path, for "did you mean". */
export const DEPLOY_NESTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  contract: CONTRACT_KEYS,
  ...CARE_NESTED_KEYS,
  links: ["runbook", "dashboard", "run"],
  ...NOTIFY_KEYS,
  ...METRICS_NESTED_KEYS,
  ...KUBERNETES_KEYS,
};
