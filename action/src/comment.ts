/** One comment on a pull request, which each run writes over. */
import type { Environment, PullRequest } from "./workflow.ts";

interface Comment {
  readonly id: number;
  readonly body?: string | null;
}

/** GitHub answers within seconds, or not at all. */
const PATIENCE_MS = 30_000;

/**
 * `markdown` begins with the line by which the comment of an earlier run is found. Nothing is added
 * to a pull request of which there is nothing to say.
 */
export async function keepComment(
  env: Environment,
  token: string,
  { number }: PullRequest,
  markdown: string,
  isWorthwhile: boolean,
): Promise<void> {
  const api = env["GITHUB_API_URL"] ?? "https://api.github.com";
  const repository = `${api}/repos/${env["GITHUB_REPOSITORY"]}`;
  const list = `${repository}/issues/${number}/comments`;
  const marker = firstLine(markdown);
  const before = await findComment(`${list}?per_page=100`, token, marker);
  if (before?.body?.trimEnd() === markdown.trimEnd()) return;
  const body = JSON.stringify({ body: markdown });
  if (before !== undefined) {
    await ask("PATCH", `${repository}/issues/comments/${before.id}`, token, body);
  } else if (isWorthwhile) {
    await ask("POST", list, token, body);
  }
}

async function findComment(
  first: string,
  token: string,
  marker: string,
): Promise<Comment | undefined> {
  for (let url: string | undefined = first; url !== undefined;) {
    const response: Response = await ask("GET", url, token);
    const comments = (await response.json()) as readonly Comment[];
    const found = comments.find(({ body }) => firstLine(body ?? "") === marker);
    if (found !== undefined) return found;
    url = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  }
  return undefined;
}

async function ask(method: string, url: string, token: string, body?: string): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "user-agent": "lockstep-action",
      "x-github-api-version": "2022-11-28",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (response.ok) return response;
  const said = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(`GitHub answers ${response.status} to ${method}: ${said.message ?? "no reason"}`);
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0].trim() ?? "";
}
