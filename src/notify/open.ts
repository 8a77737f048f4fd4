/** One sink for each notifier of the configuration: it listens, and speaks when the run has ended. */
import { hostname } from "node:os";

import type { NotifierConfig, NotifyConfig } from "../config/notify-config.ts";
import type { RunEvent } from "../runner/events.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import { TOOL_VERSION } from "../version.ts";
import type { Message } from "./message.ts";
import type { Notifier } from "./notifier.ts";
import { createNotifier, notifierNames } from "./registry.ts";
import { Secrets } from "./secrets.ts";
import { send, type Answer, type Patience } from "./send.ts";
import { messageOf, NOTHING_YET, tell, type Story, type Teller } from "./story.ts";

export interface NotifyOptions {
  readonly config: NotifyConfig;
  readonly place: RunPlace;
  readonly env: NodeJS.ProcessEnv;
}

const TRY_MS = 3_000;
const TRIES = 3;
/** Kept back of the budget, so that the words of this file come before those of an impatient caller. */
const SPARE_MS = 250;
/**
 * After a run with nothing to do: it may be one of a hundred pods that start, none of which shall
 * wait for an address that it cannot reach.
 */
const QUICK: Patience = { budgetMs: 1_000, tryMs: 1_000, tries: 1 };

export function teller(): Teller {
  return { host: hostname(), toolVersion: TOOL_VERSION };
}

export async function openNotifiers(options: NotifyOptions): Promise<readonly RunSink[]> {
  const { config, place, env } = options;
  const names = notifierNames(config);
  return Promise.all(
    config.map(async (one, index): Promise<RunSink> => {
      const name = names[index]!;
      let channel: Channel;
      try {
        channel = await openChannel(one, env);
      } catch (error) {
        // Said once the run is over, like everything that keeps a notifier from its work.
        return { name, onEvent: () => {}, close: () => Promise.reject(error) };
      }
      return new NotifySink(name, channel, place);
    }),
  );
}

/** A notifier and the way to it. */
export interface Channel {
  /** Sends all that the notifier has to say of the message; rejects with what went wrong. */
  tell(message: Message, budgetMs: number): Promise<readonly Answer[]>;
}

/** Rejects with an Incomplete when the notifier cannot work. */
export async function openChannel(
  config: NotifierConfig,
  env: NodeJS.ProcessEnv,
): Promise<Channel> {
  const secrets = new Secrets(env);
  const notifier = await createNotifier(config, secrets);
  return {
    tell: (message, budgetMs) => deliver(notifier, secrets, message, budgetMs),
  };
}

async function deliver(
  notifier: Notifier,
  secrets: Secrets,
  message: Message,
  budgetMs: number,
): Promise<readonly Answer[]> {
  const whole: Patience = { budgetMs: budgetMs - SPARE_MS, tryMs: TRY_MS, tries: TRIES };
  const patience = message.kind === "nothing" && !message.test ? QUICK : whole;
  const ends = await Promise.allSettled(
    notifier.deliveries(message).map((one) => send(one, patience, (text) => secrets.hide(text))),
  );
  const wrong = ends.flatMap((end) =>
    end.status === "rejected" ? [(end.reason as Error).message] : [],
  );
  // Two requests to the same server fail in the same way.
  if (wrong.length > 0) throw new Error(secrets.hide([...new Set(wrong)].join("; ")));
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

class NotifySink implements RunSink {
  readonly name: string;
  readonly #channel: Channel;
  readonly #place: RunPlace;
  #story: Story = NOTHING_YET;

  constructor(name: string, channel: Channel, place: RunPlace) {
    this.name = name;
    this.#channel = channel;
    this.#place = place;
  }

  onEvent(event: RunEvent): void {
    this.#story = tell(this.#story, event);
  }

  async close(budgetMs: number): Promise<void> {
    const message = messageOf(this.#story, this.#place, teller());
    if (message) await this.#channel.tell(message, budgetMs);
  }
}
