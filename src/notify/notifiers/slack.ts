/**
 * Slack, by an incoming webhook. It cannot change a message that it has posted, so that the end of
 * a failure is a message of its own, and comes only after a run that the history remembers as failed.
 */
import type { SlackConfig } from "../../config/notify-config.ts";
import type { Message } from "../message.ts";
import { isWanted, POSTS, type CreateNotifier } from "../notifier.ts";
import { cut, seconds } from "../text.ts";

/** Limits of Block Kit. */
const MOST_HEADER = 150;
const MOST_SECTION = 3_000;
const MOST_FIELD = 2_000;
const MOST_FIELDS = 10;

export const slack: CreateNotifier<SlackConfig> = (config, secrets) => {
  const { concerns = POSTS, on = ["failed", "recovered"] } = config;
  const { url, headers } = secrets.endpoint(config.url, "url");
  return {
    deliveries(message) {
      if (!isWanted(message, concerns, on)) return [];
      return [
        {
          what: "the message",
          url,
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(post(message)),
        },
      ];
    },
  };
};

function post(message: Message): object {
  return {
    // What notifications show, and those who cannot see blocks.
    text: escape(message.summary),
    blocks: [
      header(message),
      ...(message.failure ? failureBlocks(message) : [section(migrations(message))]),
      context(message),
    ],
    unfurl_links: false,
  };
}

const EMOJI = { failed: "🔴", recovered: "🟢", succeeded: "🟢", nothing: "⚪" } as const;

function header(message: Message): object {
  const text = cut(`${EMOJI[message.kind]} ${message.title}`, MOST_HEADER);
  return { type: "header", text: { type: "plain_text", text, emoji: true } };
}

function failureBlocks(message: Message): object[] {
  const failure = message.failure!;
  const place = failure.file === undefined ? undefined : `${failure.file}:${failure.line}`;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["Class", failure.class],
    ["Exit code", `${failure.exitCode} ${failure.exitName}`],
    ["Migration", failure.migration],
    ["File", place],
    ["SQLSTATE", failure.sqlstate],
    ["Run", message.runId],
  ];
  const lines = [failure.statement, ...failure.notes].filter((line) => line !== undefined);
  return [
    section(escape(failure.what)),
    section(`*State now:* ${escape(failure.state)}\n*What to do:* ${escape(failure.action)}`),
    {
      type: "section",
      fields: fields
        .filter((pair): pair is [string, string] => pair[1] !== undefined)
        .slice(0, MOST_FIELDS)
        .map(([name, value]) => markdown(`*${name}*\n${code(value)}`, MOST_FIELD)),
    },
    ...(lines.length > 0 ? [preformatted(lines.join("\n"))] : []),
    ...(message.next === undefined ? [] : [section(`Next: ${code(message.next)}`)]),
  ];
}

function migrations({ migrations, applied, remaining }: Message): string {
  const names = migrations.slice(0, 20).map((id) => `• ${code(id)}`);
  if (applied > names.length) names.push(`… and ${applied - names.length} more`);
  if (remaining > 0) names.push(`${remaining} still pending`);
  return names.length > 0 ? names.join("\n") : "Nothing was applied.";
}

function context(message: Message): object {
  const links = message.links.map(({ text, href }) => `<${linkTarget(href)}|${text}>`);
  const words = [
    `${escape(message.command)} on ${escape(message.host)}`,
    seconds(message.durationMs),
    `Lockstep ${escape(message.toolVersion)}`,
  ];
  const elements = [...links, words.join("  ·  ")].map((text) => markdown(text, MOST_SECTION));
  return { type: "context", elements };
}

function section(text: string): object {
  return { type: "section", text: markdown(text, MOST_SECTION) };
}

function preformatted(text: string): object {
  // Cut before the end of the block is added, and three backticks would end it early.
  const inner = cut(escape(text.replaceAll("```", "'''")), MOST_SECTION - 10);
  return { type: "section", text: { type: "mrkdwn", text: `\`\`\`${inner}\`\`\`` } };
}

function markdown(text: string, most: number): { type: "mrkdwn"; text: string } {
  return { type: "mrkdwn", text: cut(text, most) };
}

function code(text: string): string {
  return `\`${escape(text.replaceAll("`", "'"))}\``;
}

/** The three characters that mrkdwn asks for. With them `<!channel>` and `<url|text>` are only text. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function linkTarget(href: string): string {
  return href.replaceAll("|", "%7C").replaceAll("<", "%3C").replaceAll(">", "%3E");
}
