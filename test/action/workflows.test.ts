/** The workflows in examples/ci: read by GitHub's own parser, compared with the actions, and run. */
import { cp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { COMMANDS } from "../../src/cli/commands.ts";
import { describeCommand } from "../../src/cli/described.ts";
import { onTestEnd } from "../support/cleanup.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { errorsOfWorkflow } from "./github-parser.ts";
import { commentsApi, type FakeComment, git, pullRequest } from "./pull-request.ts";
import { actionOf, type JobRun, readWorkflow, runBash, runJob } from "./workflow.ts";

const ROOT = join(import.meta.dirname, "../..");
const WORKFLOWS = ["examples/ci/lockstep-pr.yml", "examples/ci/lockstep-deploy.yml"];
const GITLAB = "examples/ci/gitlab-ci.yml";
const BEFORE = {
  "migrations/1_orders.sql": "create table orders (id bigint primary key, total int);\n",
};
const ADDS_LATER = { "migrations/3_note.sql": "alter table orders add column note text;\n" };
const ADDS = { "migrations/2_note.sql": "alter table orders add column note text;\n" };

describe.each(WORKFLOWS)("%s", (file) => {
  test("is a workflow that GitHub reads", async () => {
    const content = await readFile(join(ROOT, file), "utf8");
    expect(await errorsOfWorkflow(content)).toEqual([]);
    expect(await errorsOfWorkflow(content.replace("runs-on", "runs-at"))).not.toEqual([]);
  });

  test("gives our actions inputs that they have, and reads outputs that they have", async () => {
    const { jobs } = await readWorkflow(file);
    const wrong: string[] = [];
    let ours = 0;
    for (const job of Object.values(jobs)) {
      const outputs = new Set<string>();
      for (const step of job.steps) {
        const action = await actionOf(step);
        if (step.uses?.startsWith("OWNER/")) ours += 1;
        if (step.uses?.startsWith("OWNER/") && action === undefined) wrong.push(step.uses);
        for (const name of Object.keys(step.with ?? {})) {
          if (action !== undefined && !(name in action.inputs)) wrong.push(`${step.uses}: ${name}`);
        }
        for (const name of Object.keys(action?.outputs ?? {})) outputs.add(`${step.id}.${name}`);
        for (const [, name] of step.run?.matchAll(/echo "([\w-]+)=.*GITHUB_OUTPUT/g) ?? []) {
          outputs.add(`${step.id}.${name}`);
        }
      }
      const used = JSON.stringify(job).matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g);
      for (const [, step, name] of used) {
        if (!outputs.has(`${step}.${name}`)) wrong.push(`steps.${step}.outputs.${name}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(ours).toBeGreaterThanOrEqual(2);
  });

  test("asks for no permission that it does not need", async () => {
    const { permissions, jobs } = await readWorkflow(file);
    expect(permissions).toEqual({ contents: "read" });
    for (const { permissions, steps } of Object.values(jobs)) {
      const comments = steps.some((step) => step.with?.["comment"] === true);
      const asked = permissions?.["pull-requests"] === "write";
      expect(asked).toBe(comments);
    }
  });
});

test.each([...WORKFLOWS, GITLAB])("every command and flag in %s exists", async (file) => {
  const commands = new Map(COMMANDS.map((entry) => [entry.name, describeCommand(entry)]));
  const text = await readFile(join(ROOT, file), "utf8");
  const shown = [...text.matchAll(/npx lockstep ([^|>&\n]+)/g)].map(([, words = ""]) => words);
  for (const words of shown) {
    const [name = "", ...rest] = words.trim().split(/\s+/);
    const flags = rest.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
    const known = commands.get(name)?.flags.map((flag) => flag.name) ?? [];
    expect(
      flags.filter((flag) => !known.includes(flag)),
      words,
    ).toEqual([]);
    expect(known, words).not.toEqual([]);
  }
  if (file !== WORKFLOWS[1]) expect(shown.length).toBeGreaterThan(0);
});

test("a deploy is never cancelled by the next one, and its code waits for the gate", async () => {
  const { jobs } = await readWorkflow("examples/ci/lockstep-deploy.yml");
  const { migrate, deploy } = jobs;
  expect(migrate!.concurrency).toMatchObject({ "cancel-in-progress": false });
  expect(String(migrate!.concurrency?.["group"])).toMatch(/^migrate-\$\{\{/);
  expect([deploy!.needs, migrate!.environment]).toEqual(["migrate", deploy!.environment]);
  const order = deploy!.steps.map(({ uses = "", name = "" }: { uses?: string; name?: string }) =>
    uses.includes("/action/gate") ? "gate" : name,
  );
  expect(order.indexOf("gate")).toBeGreaterThan(0);
  expect(order.indexOf("Roll out")).toBeGreaterThan(order.indexOf("gate"));
});

describe("the workflow of a pull request, run", () => {
  test("comments what lint, the trace and the plan say", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const { jobs } = await readWorkflow("examples/ci/lockstep-pr.yml");
    const secrets = { READONLY_DATABASE_URL: db.url };
    const run = (name: string): Promise<JobRun> =>
      runJob(jobs[name]!, { work, secrets, api: api.url });
    for (const name of Object.keys(jobs)) {
      const { ok, log } = await run(name);
      expect(ok, `${name}\n${log}`).toBe(true);
    }
    // Lint has nothing to say; the order of the others is that of the jobs.
    expect(comments.map(({ body }) => body.split("\n")[0])).toEqual([
      "<!-- lockstep-trace -->",
      "<!-- lockstep-plan -->",
    ]);
    expect(comments.find(({ body }) => body.includes("lockstep-trace"))!.body).toContain(
      "longer than `200ms`",
    );
    // The plan of a database that nobody may write to is no write.
    expect(await db.admin.query("select to_regclass('orders') as t")).toEqual([{ t: null }]);
  });

  test("of a fork, without secrets and with a token that only reads, passes", async () => {
    const work = await pullRequest(BEFORE, ADDS);
    const api = await commentsApi([], { refuse: true });
    const { jobs } = await readWorkflow("examples/ci/lockstep-pr.yml");
    const event = {
      pull_request: {
        number: 7,
        base: { ref: "main", repo: { full_name: "ada/shop" } },
        head: { repo: null },
      },
    };
    for (const [name, job] of Object.entries(jobs)) {
      const secrets = { READONLY_DATABASE_URL: "" };
      const { ok, log } = await runJob(job, { work, secrets, api: api.url, event });
      expect(ok, `${name}\n${log}`).toBe(true);
    }
  });
});

describe("the workflow of a deploy, run", () => {
  test("migrates, hands its outputs on, and lets the code through the gate", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const { jobs } = await readWorkflow("examples/ci/lockstep-deploy.yml");
    const secrets = { MIGRATOR_DATABASE_URL: db.url, READONLY_DATABASE_URL: db.url };
    const migrated = await runJob(jobs["migrate"]!, { work, secrets });
    expect(migrated, migrated.log).toMatchObject({
      ok: true,
      outputs: { applied: "2", current: "2", "failure-class": "" },
    });
    expect(migrated.log).toContain('applied: ["1_orders","2_note"], failure: none');
    const deployed = await runJob(jobs["deploy"]!, { work, secrets });
    expect([deployed.ok, deployed.log]).toEqual([true, expect.stringContaining("helm upgrade")]);
  });

  test("applies what contracts when the old code is gone, and does not fail before", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, { "README.md": "# Shop\n" });
    const { jobs } = await readWorkflow("examples/ci/lockstep-deploy.yml");
    const secrets = { MIGRATOR_DATABASE_URL: db.url, READONLY_DATABASE_URL: db.url };
    const run = (name: string, job = jobs[name]!): Promise<JobRun> =>
      runJob(job, { work, secrets });
    expect((await run("migrate")).ok).toBe(true);
    await work.commit({
      "migrations/2_less.sql":
        "-- lockstep:phase contract\nalter table orders drop column total;\n",
      ...ADDS_LATER,
    });
    expect((await run("migrate")).outputs).toMatchObject({ applied: "1", current: "3" });
    expect((await run("deploy")).ok).toBe(true);
    // Nobody has said what runs, which counts as old.
    const early = await run("contract");
    expect([early.ok, early.log]).toEqual([true, expect.stringContaining("contract.old_code")]);
    expect(await contracted(db)).toBe(false);
    const { steps } = jobs["contract"]!;
    const sure = steps.map((step) =>
      step.id === "up" ? { ...step, with: { ...step.with, args: "--force\n--reason\nnew" } } : step,
    );
    expect((await run("contract", { steps: sure })).ok).toBe(true);
    expect(await contracted(db)).toBe(true);
    const stranger = new URL(db.url);
    stranger.username = "nobody_here";
    const broken = { ...secrets, MIGRATOR_DATABASE_URL: stranger.href };
    const other = await runJob(jobs["contract"]!, { work, secrets: broken });
    expect(other.ok).toBe(false);
  });

  test("that fails says its class, and the code is not rolled out", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, { "migrations/2_wrong.sql": "select 1/0;\n" });
    const { jobs } = await readWorkflow("examples/ci/lockstep-deploy.yml");
    const secrets = { MIGRATOR_DATABASE_URL: db.url, READONLY_DATABASE_URL: db.url };
    const migrated = await runJob(jobs["migrate"]!, { work, secrets });
    expect([migrated.ok, migrated.outputs]).toMatchObject([
      false,
      { applied: "1", "failure-class": expect.stringMatching(/^\w+/) as string },
    ]);
    // Also where the jobs do not need each other: it is the database that the gate asks.
    const { steps } = jobs["deploy"]!;
    const hurried = steps.map((step) =>
      step.with?.["timeout"] === undefined
        ? step
        : { ...step, with: { ...step.with, timeout: "100ms" } },
    );
    const deployed = await runJob({ steps: hurried }, { work, secrets });
    expect(deployed.ok).toBe(false);
    expect(deployed.log).not.toContain("helm upgrade");
  });
});

async function contracted({ admin }: TestDatabase): Promise<boolean> {
  const columns = await admin.query(
    "select from pg_catalog.pg_attribute where attrelid = 'orders'::regclass and attname = 'total' and not attisdropped",
  );
  return columns.length === 0;
}

interface GitlabJob {
  readonly extends?: string | readonly string[];
  readonly stage?: string;
  readonly script?: readonly string[];
  readonly resource_group?: string;
  readonly interruptible?: boolean;
  readonly allow_failure?: { readonly exit_codes: readonly number[] };
  readonly retry?: { readonly exit_codes: readonly number[] };
  readonly artifacts?: { readonly reports: Readonly<Record<string, string>> };
}

describe("GitLab", () => {
  const read = async () =>
    parse(await readFile(join(ROOT, GITLAB), "utf8")) as Record<string, GitlabJob> & {
      stages: string[];
    };

  /** The lines of a job as one script, which is what GitLab's runner makes of them. */
  async function runLines(
    name: string,
    work: Awaited<ReturnType<typeof pullRequest>>,
    env: Readonly<Record<string, string>>,
  ) {
    const pipeline = await read();
    const base = (await git(work.dir, "rev-parse", "origin/main")).trim();
    await cp(
      join(ROOT, "examples/ci/lockstep-gitlab.mjs"),
      join(work.dir, "ci/lockstep-gitlab.mjs"),
    );
    return runBash(pipeline[name]!.script!.join("\n"), work.dir, {
      HOME: work.outer,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      ...env,
    });
  }

  const dotenv = async (dir: string): Promise<Record<string, string>> => {
    const text = await readFile(join(dir, "migrations.env"), "utf8");
    return Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.split("=")),
    ) as Record<string, string>;
  };

  test("has stages, bases and retries that exist", async () => {
    const { stages, ...jobs } = await read();
    for (const [name, job] of Object.entries(jobs)) {
      if (name.startsWith(".")) continue;
      expect(stages).toContain(job.stage);
      for (const base of [job.extends ?? []].flat()) expect(Object.keys(jobs)).toContain(base);
      expect(job.script?.every((line) => typeof line === "string")).toBe(true);
    }
    expect(jobs["migrate"]).toMatchObject({
      resource_group: "migrate-production",
      interruptible: false,
      retry: { exit_codes: [75] },
    });
    expect(jobs["contract"]).toMatchObject({
      resource_group: "migrate-production",
      allow_failure: { exit_codes: [75] },
    });
  });

  test("a merge request: code quality, a trace, and a note that is written over", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const notes: { id: number; body: string }[] = [{ id: 1, body: "Looks good" }];
    const api = await notesApi(notes);
    const env = {
      READONLY_DATABASE_URL: db.url,
      GITLAB_NOTE_TOKEN: "secret",
      CI_API_V4_URL: api.url,
      CI_PROJECT_ID: "3",
      CI_MERGE_REQUEST_IID: "7",
    };
    const lint = await runLines("lint", work, env);
    expect(lint.code, lint.stdout).toBe(0);
    const report = await readFile(join(work.dir, "gl-code-quality-report.json"), "utf8");
    expect(Array.isArray(JSON.parse(report))).toBe(true);
    const trace = await runLines("trace", work, env);
    expect([trace.code, trace.stdout]).toEqual([0, expect.stringContaining("2_note")]);
    const plan = await runLines("plan", work, env);
    expect(plan.code, plan.stdout).toBe(0);
    expect(await dotenv(work.dir)).toMatchObject({
      MIGRATIONS_PENDING: "2",
      MIGRATIONS_PENDING_LIST: "1_orders,2_note",
      MIGRATIONS_CURRENT: "",
      MIGRATIONS_EXIT_CODE: "0",
    });
    expect((await runLines("migrate", work, { MIGRATOR_DATABASE_URL: db.url })).code).toBe(0);
    expect((await runLines("plan", work, env)).code).toBe(0);
    expect(notes).toHaveLength(2);
    expect(notes[1]!.body).toContain("Nothing");
    expect(api.requests.filter((one) => !one.startsWith("GET"))).toEqual([
      "POST /projects/3/merge_requests/7/notes",
      "PUT /projects/3/merge_requests/7/notes/11",
    ]);
    // Without a secret and without a token, as in a fork.
    const fork = await runLines("trace", work, {});
    expect(fork.code, fork.stdout).toBe(0);
  });

  test("a deploy: outputs of a run that works and of one that fails, and the gate", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, { "migrations/2_wrong.sql": "select 1/0;\n" });
    const env = { MIGRATOR_DATABASE_URL: db.url, READONLY_DATABASE_URL: db.url };
    const failed = await runLines("migrate", work, env);
    expect(failed.code, failed.stdout).toBe(79);
    expect(await dotenv(work.dir)).toMatchObject({
      MIGRATIONS_APPLIED: "1",
      MIGRATIONS_APPLIED_LIST: "1_orders",
      MIGRATIONS_PENDING: "1",
      MIGRATIONS_CURRENT: "1",
      MIGRATIONS_EXIT_CODE: "79",
      MIGRATIONS_FAILURE_CLASS: expect.stringMatching(/^\w+/) as string,
      MIGRATIONS_RUN_ID: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    });
    await work.commit({ "migrations/2_wrong.sql": "select 1;\n" });
    expect((await runLines("migrate", work, env)).code).toBe(0);
    const deployed = await runLines("deploy", work, { ...env, ...(await dotenv(work.dir)) });
    expect([deployed.code, deployed.stdout]).toEqual([
      0,
      expect.stringContaining("1 applied, at version 2"),
    ]);
    expect(deployed.stdout).not.toContain("warning");
    await work.commit({
      "migrations/3_less.sql":
        "-- lockstep:phase contract\nalter table orders drop column total;\n",
    });
    // The code that brings it passes the gate before it is applied.
    expect((await runLines("migrate", work, env)).code).toBe(0);
    expect((await runLines("deploy", work, env)).code).toBe(0);
    expect((await runLines("contract", work, env)).code).toBe(75);
  });
});

/** The three requests about notes of a merge request. */
async function notesApi(notes: { id: number; body: string }[]) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => (text += part));
    request.on("end", () => {
      requests.push(`${request.method} ${url.pathname}`);
      const page = Number(url.searchParams.get("page"));
      const next = notes.length > page ? String(page + 1) : "";
      response.writeHead(request.headers["private-token"] === "secret" ? 200 : 401, {
        "content-type": "application/json",
        "x-next-page": next,
      });
      const body = text === "" ? "" : (JSON.parse(text) as { body: string }).body;
      const id = Number(/\/notes\/(\d+)$/.exec(url.pathname)?.[1]);
      if (request.method === "POST") notes.push({ id: 10 + notes.length, body });
      if (request.method === "PUT") notes.find((note) => note.id === id)!.body = body;
      // Pages of one.
      response.end(JSON.stringify(notes.slice(page - 1, page)));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestEnd(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}
