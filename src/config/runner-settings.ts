/** The settings of the runner out of flags, variables and the configuration file, in this order. */
import { Failure } from "../failures/failure.ts";
import { careSettings } from "./care-settings.ts";
import type { ConfigValues } from "./config.ts";
import type { ContractConfig } from "./contract-config.ts";
import { parseDuration } from "./duration.ts";
import { readPlaceholders, type EnvValue, type EnvValues } from "./env.ts";
import type { SettingsFlags } from "./flags.ts";
import { DEFAULT_SETTINGS, type RunnerSettings } from "./runner-defaults.ts";

export function resolveRunnerSettings(
  flags: SettingsFlags,
  variables: EnvValues,
  file: ConfigValues,
  env: NodeJS.ProcessEnv,
): RunnerSettings {
  const text = (key: "historySchema" | "historyPrefix" | "searchPath") =>
    flags[key] ?? variables[key]?.value ?? file[key];
  const duration = (key: DurationKey, byDefault: number) => {
    const [value, from] =
      flags[key] !== undefined
        ? [flags[key], FLAG_OF[key]]
        : [variables[key]?.value ?? file[key], variables[key]?.from ?? `\`${key}\``];
    return value === undefined ? byDefault : parseDuration(value, from);
  };
  const searchPath = text("searchPath");
  const placeholders = choosePlaceholders(flags, file, env);
  const historyView = flags.historyView ?? readBoolean(variables.historyView) ?? file.historyView;
  const contract = chooseContract(file, env);
  const outOfOrder = flags.outOfOrder ?? readOutOfOrder(variables) ?? file.outOfOrder;
  const care = careSettings(flags, file);
  return {
    historySchema: text("historySchema") || DEFAULT_SETTINGS.historySchema,
    historyPrefix: text("historyPrefix") ?? DEFAULT_SETTINGS.historyPrefix,
    lockWaitMs: duration("lockWait", DEFAULT_SETTINGS.lockWaitMs),
    capMs: checkCap(duration("lockTimeout", DEFAULT_SETTINGS.capMs)),
    budgetMs: duration("budget", DEFAULT_SETTINGS.budgetMs),
    connectWaitMs: duration("connectWait", DEFAULT_SETTINGS.connectWaitMs),
    strict: flags.strict ?? readBoolean(variables.strict) ?? file.strict ?? DEFAULT_SETTINGS.strict,
    ...(historyView && { historyView }),
    ...(outOfOrder && { outOfOrder }),
    ...(placeholders && { placeholders }),
    ...(searchPath && { searchPath }),
    ...(contract && { contract }),
    ...(care && { care }),
  };
}

type DurationKey = "lockWait" | "lockTimeout" | "budget" | "connectWait";

const FLAG_OF: Record<DurationKey, string> = {
  lockWait: "`--lock-wait`",
  lockTimeout: "`--lock-timeout`",
  budget: "`--budget`",
  connectWait: "`--connect-wait`",
};

/** PostgreSQL reads lock_timeout = 0 as no limit, which is the opposite of the shortest wait. */
function checkCap(capMs: number): number {
  if (capMs >= 1) return capMs;
  throw new Failure({
    class: "config.invalid",
    what: "The lock timeout is zero, which PostgreSQL reads as no limit.",
    action: "Give at least `1ms`; to wait longer, give a longer time.",
  });
}

/** The variable has the last word: a development machine switches the guard off for all projects. */
function chooseContract(file: ConfigValues, env: NodeJS.ProcessEnv): ContractConfig | undefined {
  const value = env["LOCKSTEP_CONTRACT_GUARD"];
  if (!value) return file.contract;
  if (value === "on" || value === "off") return { ...file.contract, guard: value };
  throw notOneOf({ value, from: "`LOCKSTEP_CONTRACT_GUARD`" }, "`on` or `off`");
}

function readOutOfOrder(variables: EnvValues): "refuse" | "allow" | undefined {
  const given = variables.outOfOrder;
  if (!given) return undefined;
  if (given.value === "refuse" || given.value === "allow") return given.value;
  throw notOneOf(given, "`refuse` or `allow`");
}

function readBoolean(given: EnvValue | undefined): boolean | undefined {
  if (!given) return undefined;
  if (/^(true|1|yes|on)$/i.test(given.value)) return true;
  if (/^(false|0|no|off)$/i.test(given.value)) return false;
  throw notOneOf(given, "`true` or `false`");
}

function notOneOf(given: EnvValue, words: string): Failure {
  return new Failure({
    class: "config.invalid",
    what: `${given.from} is \`${given.value}\`, which is not a value that it can have.`,
    action: `Set it to ${words}.`,
  });
}

function choosePlaceholders(
  flags: SettingsFlags,
  file: ConfigValues,
  env: NodeJS.ProcessEnv,
): Record<string, string> | undefined {
  const fromEnv = readPlaceholders(env);
  if (!flags.placeholders && !file.placeholders && !fromEnv) return undefined;
  const fromFile = file.placeholders === true ? {} : file.placeholders;
  return { ...fromFile, ...fromEnv, ...flags.placeholders };
}
