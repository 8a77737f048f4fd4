/** What one kind of notifier is: messages go in, requests come out. Nothing is sent here. */
import type { Concern, NotifierConfig, Occasion } from "../config/notify-config.ts";
import type { Message } from "./message.ts";
import type { Secrets } from "./secrets.ts";

/** One HTTP POST. */
export interface Delivery {
  /** What it is, for warnings: `the alert`, `the change event`. */
  readonly what: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Headers that depend on when it is sent: made anew for each try. */
  readonly sign?: (at: Date) => Readonly<Record<string, string>>;
}

export interface Notifier {
  /** Pure; empty when this notifier has nothing to say about the message. */
  deliveries(message: Message): readonly Delivery[];
}

/** Throws an Incomplete when something that it cannot do without is missing. */
export type CreateNotifier<C extends NotifierConfig> = (config: C, secrets: Secrets) => Notifier;

/** Whom a failure must concern by default to wake somebody, and to be posted somewhere. */
export const WAKES: readonly Concern[] = ["on-call", "urgent"];
export const POSTS: readonly Concern[] = ["author", "on-call", "urgent"];

/** Whether the message is one that the notifier is to be told of. */
export function isWanted(
  message: Message,
  concerns: readonly Concern[],
  on: readonly Occasion[],
): boolean {
  if (message.test) return true;
  if (message.kind === "nothing" || !on.includes(message.kind)) return false;
  return message.failure === undefined || concerns.includes(message.failure.concerns);
}
