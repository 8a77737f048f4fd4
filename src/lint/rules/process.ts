/** Rules about files, history and releases. */
import type { Rule } from "../rule.ts";
import { contractWithExpandInOneRelease } from "./process/contract-with-expand-in-one-release.ts";
import { irreversible } from "./process/irreversible.ts";
import { missingDown } from "./process/missing-down.ts";
import { notRerunnable } from "./process/not-rerunnable.ts";
import { refusedByRunner } from "./process/refused-by-runner.ts";
import { syntaxError } from "./process/syntax-error.ts";
import { unsupportedByVersion } from "./process/unsupported-by-version.ts";

export const PROCESS_RULES: readonly Rule[] = [
  contractWithExpandInOneRelease,
  irreversible,
  missingDown,
  notRerunnable,
  refusedByRunner,
  syntaxError,
  unsupportedByVersion,
];
