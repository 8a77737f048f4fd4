/** Every kind of notifier; one file each, loaded when the configuration names it. */
import type { NotifierConfig } from "../config/notify-config.ts";
import type { CreateNotifier, Notifier } from "./notifier.ts";
import type { Secrets } from "./secrets.ts";

type Kind = NotifierConfig["type"];
type Loaders = {
  readonly [K in Kind]: () => Promise<CreateNotifier<Extract<NotifierConfig, { type: K }>>>;
};

export const NOTIFIERS: Loaders = {
  pagerduty: async () => (await import("./notifiers/pagerduty.ts")).pagerduty,
  alertmanager: async () => (await import("./notifiers/alertmanager.ts")).alertmanager,
  slack: async () => (await import("./notifiers/slack.ts")).slack,
  webhook: async () => (await import("./notifiers/webhook.ts")).webhook,
};

export async function createNotifier(config: NotifierConfig, secrets: Secrets): Promise<Notifier> {
  const create = (await NOTIFIERS[config.type]()) as CreateNotifier<NotifierConfig>;
  return create(config, secrets);
}

/** As warnings call them: their own name, or the type, numbered where there are several. */
export function notifierNames(config: readonly NotifierConfig[]): string[] {
  return config.map(({ name, type }, index) => {
    if (name !== undefined) return name;
    const alike = config.filter((one) => one.name === undefined && one.type === type);
    if (alike.length === 1) return type;
    const before = config.slice(0, index + 1);
    return `${type} ${before.filter((one) => one.name === undefined && one.type === type).length}`;
  });
}
