/** Two messages to each notifier that say that they are a test: a failure, and its end. */
import type { NotifyConfig } from "../config/notify-config.ts";
import { redact } from "../failures/redact.ts";
import type { RunPlace } from "../runner/run-sink.ts";
import type { Message } from "./message.ts";
import { openChannel, teller, type Channel } from "./open.ts";
import { notifierNames } from "./registry.ts";
import { Incomplete } from "./secrets.ts";
import type { Answer } from "./send.ts";
import { messageOf, NOTHING_YET, tell } from "./story.ts";

export interface TrialResult {
  readonly name: string;
  readonly type: string;
  readonly result: "told" | "failed" | "incomplete";
  /** One for each request. */
  readonly statuses: readonly number[];
  readonly message?: string;
}

const BUDGET_MS = 10_000;

/** Each notifier by itself; rejects never. */
export function tryNotifiers(
  config: NotifyConfig,
  options: { readonly place: RunPlace; readonly env: NodeJS.ProcessEnv; readonly runId: string },
): Promise<readonly TrialResult[]> {
  const names = notifierNames(config);
  const [failed, over] = testMessages(options.place, options.runId, new Date());
  return Promise.all(
    config.map(async (one, index): Promise<TrialResult> => {
      const base = { name: names[index]!, type: one.type };
      const answers: Answer[] = [];
      const result = (kind: TrialResult["result"], message?: string): TrialResult => ({
        ...base,
        result: kind,
        statuses: answers.map(({ status }) => status),
        ...(message !== undefined && { message: redact(message) }),
      });
      let channel: Channel;
      try {
        channel = await openChannel(one, options.env);
      } catch (error) {
        if (error instanceof Incomplete) return result("incomplete", error.message);
        throw error;
      }
      try {
        answers.push(...(await channel.tell(failed, BUDGET_MS)));
        answers.push(...(await channel.tell(over, BUDGET_MS)));
        return result("told");
      } catch (error) {
        return result("failed", (error as Error).message);
      }
    }),
  );
}

export function testMessages(
  place: RunPlace,
  runId: string,
  now: Date,
): readonly [failed: Message, over: Message] {
  const at = now.toISOString();
  const story = tell(NOTHING_YET, {
    event: "run-finished",
    at,
    runId,
    outcome: "failed",
    applied: [],
    remaining: 0,
    durationMs: 0,
    longestWaitMs: 0,
    failure: {
      class: "bug",
      exitCode: 70,
      what: "This is a test of the notifiers, sent by `lockstep notify --test`. Nothing has failed.",
      state: "Nothing was run and nothing was changed.",
      action: "Nothing. Whoever reads this would be told of a failure.",
    },
  });
  const message = messageOf(story, place, teller())!;
  const { failure, next: _, ...rest } = message;
  const marked = (title: string): Message => ({
    ...rest,
    test: true,
    title: `[test] ${rest.where}: ${title}`,
    summary: `[test] ${rest.where}: ${title}; sent by \`lockstep notify --test\``,
    severity: "info",
  });
  const words = "this is what a failure looks like";
  return [
    { ...marked(words), failure: { ...failure!, title: "Test", stage: "work" } },
    { ...marked("this is what the end of a failure looks like"), kind: "recovered" },
  ];
}
