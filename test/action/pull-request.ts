/** A pull request as an action sees it: a clone with two commits, an event, and the API of comments. */
import { execFile, type ChildProcess } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestEnd } from "../support/cleanup.ts";
import { environment } from "../support/elsewhere.ts";
import { project } from "../support/project.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

export const GIT_ENV = {
  PATH: process.env["PATH"],
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd, env: GIT_ENV });
  return stdout;
}

export type Files = Readonly<Record<string, string>>;

/** `before` is on `main`, which is fetched as `origin/main`; `changed` is what is checked out. */
export async function pullRequest(before: Files, changed: Files) {
  const upstream = await project({ files: before });
  const first = async (): Promise<void> => {
    await git(upstream.dir, "init", "--quiet", "--initial-branch=main");
    await git(upstream.dir, "add", ".");
    await git(upstream.dir, "commit", "--quiet", "--message=first");
  };
  await first();
  const { dir: outer } = await project();
  const dir = join(outer, "work");
  await git(outer, "clone", "--quiet", upstream.dir, "work");
  await git(dir, "checkout", "--quiet", "-b", "topic");
  const commit = async (files: Files): Promise<void> => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), text);
    }
    await git(dir, "add", ".");
    await git(dir, "commit", "--quiet", "--message=change");
  };
  await commit(changed);
  await mkdir(join(dir, "node_modules/.bin"), { recursive: true });
  await symlink(join(ROOT, "dist/cli/main.js"), join(dir, "node_modules/.bin/lockstep"));
  return { dir, outer, commit };
}

export interface ActionRun {
  readonly code: number;
  readonly stdout: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface ActionOptions {
  readonly api?: string;
  readonly event?: object;
  /** Which bundle; default that of lint. */
  readonly action?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is given the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The committed bundle, as the runner of GitHub starts it. */
export async function runAction(
  { dir, outer }: { readonly dir: string; readonly outer: string },
  inputs: Readonly<Record<string, string>>,
  options: ActionOptions = {},
): Promise<ActionRun> {
  const at = (name: string): string => join(outer, name);
  const event = options.event ?? { pull_request: { number: 7, base: { ref: "main" } } };
  await writeFile(at("event.json"), JSON.stringify(event));
  for (const name of ["output", "summary"]) await writeFile(at(name), "");
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const env = {
    PATH: process.env["PATH"],
    HOME: outer,
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: dir,
    GITHUB_EVENT_PATH: at("event.json"),
    GITHUB_OUTPUT: at("output"),
    GITHUB_STEP_SUMMARY: at("summary"),
    GITHUB_REPOSITORY: "ada/shop",
    GITHUB_API_URL: options.api ?? "http://127.0.0.1:9",
    ...environment(),
    ...Object.fromEntries(given),
    ...options.env,
  };
  const entry = join(ROOT, `action/dist/${options.action ?? "index"}.mjs`);
  const running = run(process.execPath, [entry], { cwd: dir, env });
  options.onStart?.(running.child);
  const { code, stdout } = await running.then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  const summary = await readFile(at("summary"), "utf8");
  return { code, stdout, summary, outputs: readOutputs(await readFile(at("output"), "utf8")) };
}

/** As the runner reads them: a name, a delimiter, lines, the delimiter. */
export function readOutputs(text: string): Record<string, string> {
  const pattern = /^([\w-]+)<<(\S+)\n([^]*?)\n\2$/gm;
  return Object.fromEntries([...text.matchAll(pattern)].map(([, name, , value]) => [name, value]));
}

export interface FakeComment {
  readonly id: number;
  body: string;
}

/** The three requests about comments, with pages of two. `refuse` answers everything with 403. */
export async function commentsApi(comments: FakeComment[], { refuse = false } = {}) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      requests.push(`${request.method} ${url.pathname}`);
      const answer = (status: number, body: unknown, headers = {}): void => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify(body));
      };
      if (refuse || request.headers.authorization !== "Bearer secret") {
        return answer(403, { message: "Resource not accessible by integration" });
      }
      const body = text === "" ? "" : (JSON.parse(text) as { body: string }).body;
      const path = "/repos/ada/shop/issues";
      if (request.method === "GET" && url.pathname === `${path}/7/comments`) {
        const page = Number(url.searchParams.get("page") ?? 1);
        const next = new URL(url);
        next.host = request.headers.host ?? "";
        next.searchParams.set("page", String(page + 1));
        const more = comments.length > page * 2;
        const link = more ? { link: `<${next.href}>; rel="next", <${next.href}>; rel="last"` } : {};
        return answer(200, comments.slice(page * 2 - 2, page * 2), link);
      }
      if (request.method === "POST" && url.pathname === `${path}/7/comments`) {
        comments.push({ id: 100 + comments.length, body });
        return answer(201, comments.at(-1));
      }
      const id = Number(/\/comments\/(\d+)$/.exec(url.pathname)?.[1]);
      const comment = comments.find((one) => one.id === id);
      if (request.method !== "PATCH" || comment === undefined) return answer(404, {});
      comment.body = body;
      return answer(200, comment);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestEnd(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}
