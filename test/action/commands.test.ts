/** The actions on a database: their committed bundles, a real server, and an API that is played. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mark, LEDGER, openGate, WAIT_AT_GATE, waitForStatement } from "../chaos/support.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { commentsApi, type FakeComment, pullRequest, runAction } from "./pull-request.ts";

const BEFORE = {
  "migrations/1_orders.sql": "create table orders (id bigint, customer_id bigint);\n",
};
const ADDS = { "migrations/2_note.sql": "alter table orders add column note text;\n" };
const MIXED = {
  "migrations/3_mixed.sql":
    "create table extra (id int);\ncreate index concurrently extra_id on extra (id);\n",
};
const SECRET = "pg%40ss,word";

/** Trust does not look at a password, so one that must not be seen can be given. */
function secretUrl({ url }: TestDatabase): string {
  const address = new URL(url);
  address.password = SECRET;
  return address.href;
}

const kinds = (text: string, kind: string): string[] =>
  text.split("\n").filter((line) => line.startsWith(`::${kind}`));

describe("plan", () => {
  const inputs = { comment: "true", token: "secret" };

  test("is a comment of its own, written over until nothing is pending any more", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const comments: FakeComment[] = [{ id: 1, body: "<!-- lockstep-lint -->\nNo findings" }];
    const api = await commentsApi(comments);
    const plan = () =>
      runAction(work, { ...inputs, url: secretUrl(db) }, { action: "plan", api: api.url });

    const first = await plan();
    expect(first.code, first.stdout).toBe(0);
    expect(first.outputs).toEqual({
      pending: "2",
      "pending-list": '["1_orders","2_note"]',
      current: "",
      "failure-class": "",
      "exit-code": "0",
    });
    expect(comments).toHaveLength(2);
    const body = comments[1]!.body;
    expect(body.split("\n")[0]).toBe("<!-- lockstep-plan -->");
    expect(body).toContain("**2 migrations to apply**. No version is applied");
    expect(body).toContain("line 1  alter table orders add column note text");
    expect(first.summary).toContain("- `2_note`, 1 step");

    expect((await runAction(work, { url: db.url }, { action: "up" })).code).toBe(0);
    const last = await plan();
    expect(last.outputs).toMatchObject({ pending: "0", current: "2" });
    expect(comments[1]!.body).toBe(
      `<!-- lockstep-plan -->\n## Lockstep plan\n\nNothing is pending. At version \`2\`, PostgreSQL ${await version(db)}.\n`,
    );
    expect(comments[0]!.body).toContain("No findings");
    await plan();
    expect(api.requests.filter((one) => !one.startsWith("GET"))).toEqual([
      "POST /repos/ada/shop/issues/7/comments",
      "PATCH /repos/ada/shop/issues/comments/101",
    ]);
  });

  test("says where a file is refused, and fails", async () => {
    await using db = await freshDatabase();
    const below = (files: object) =>
      Object.fromEntries(
        Object.entries(files).map(([file, text]) => [`db/${file}`, text as string]),
      );
    const work = await pullRequest(below(BEFORE), below(MIXED));
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const ran = await runAction(
      work,
      { ...inputs, url: db.url, "working-directory": "db", args: "--history-schema\nops history" },
      { action: "plan", api: api.url },
    );
    expect(ran.code).toBe(1);
    expect(ran.outputs).toMatchObject({
      pending: "2",
      "failure-class": "file.mixed",
      "exit-code": "65",
    });
    expect(kinds(ran.stdout, "error")).toEqual([
      expect.stringMatching(
        /^::error file=db\/migrations\/3_mixed\.sql,line=2,col=1,title=Lockstep%3A file\.mixed::`create index/,
      ),
    ]);
    expect(comments[0]!.body).toMatch(/^<!-- lockstep-plan db -->\n## Lockstep plan of `db`\n/);
    expect(comments[0]!.body).toContain("**1 refused**: nothing is applied until that is settled");
  });

  test("of two environments is two comments", async () => {
    await using staging = await freshDatabase();
    await using production = await freshDatabase();
    const work = await pullRequest(BEFORE, {
      ...ADDS,
      "lockstep.config.json": JSON.stringify({
        environments: { staging: { url: staging.url }, production: { url: production.url } },
      }),
    });
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const plan = (environment: string) =>
      runAction(
        work,
        { ...inputs, environment, args: "--count\n5" },
        { action: "plan", api: api.url },
      );
    const up = await runAction(work, { environment: "staging", args: "--to\n1" }, { action: "up" });
    expect([up.code, up.outputs["current"]], up.stdout).toEqual([0, "1"]);
    for (const environment of ["staging", "production", "staging"]) {
      const ran = await plan(environment);
      expect(ran.code, ran.stdout).toBe(0);
      expect(ran.outputs["current"]).toBe(environment === "staging" ? "1" : "");
    }
    const heads = comments.map(({ body }) => body.split("\n").slice(0, 4).join("\n"));
    expect(heads).toEqual([
      expect.stringMatching(
        /^<!-- lockstep-plan staging -->\n## Lockstep plan of `staging`\n\n\*\*1 migration /,
      ),
      expect.stringMatching(
        /^<!-- lockstep-plan production -->\n## Lockstep plan of `production`\n\n\*\*2 migrations /,
      ),
    ]);
  });

  test("does not fail for a contract migration that has to wait for old code", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, { "README.md": "# Shop\n" });
    expect((await runAction(work, { url: db.url }, { action: "up" })).code).toBe(0);
    await work.commit({
      "migrations/2_less.sql": "-- lockstep:phase contract\nalter table orders drop column id;\n",
    });
    const ran = await runAction(work, { url: db.url }, { action: "plan" });
    expect([ran.code, kinds(ran.stdout, "error")]).toEqual([0, []]);
    expect(ran.outputs).toMatchObject({
      pending: "1",
      "failure-class": "contract.old_code",
      "exit-code": "75",
    });
    expect(ran.summary).toContain("`2_less` has to wait: **contract.old_code**");
  });

  test("of a fork is in the summary, and without a secret there is none", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const pull_request = {
      number: 7,
      base: { ref: "main", repo: { full_name: "ada/shop" } },
      head: { repo: { full_name: "eve/shop" } },
    };
    const options = { action: "plan", api: api.url, event: { pull_request } };
    const read = await runAction(work, { ...inputs, url: db.url }, options);
    expect([read.code, comments, api.requests]).toEqual([0, [], []]);
    expect(kinds(read.stdout, "notice")).toEqual([expect.stringContaining("comes from a fork")]);
    expect(read.summary).toContain("2 migrations to apply");
    const blind = await runAction(work, inputs, options);
    expect([blind.code, kinds(blind.stdout, "notice")]).toEqual([
      0,
      [expect.stringContaining("gets no secrets")],
    ]);
    // Without a fork, a missing address is a mistake in the workflow.
    const wrong = await runAction(work, {}, { action: "plan" });
    expect([wrong.code, wrong.outputs["failure-class"]]).toEqual([1, "config.no_url"]);
  });

  test("that is too long for a comment is cut off between lines, and says so", async () => {
    await using db = await freshDatabase();
    const adds = Object.fromEntries(
      Array.from({ length: 900 }, (_, i) => [
        `migrations/${i + 2}_n.sql`,
        `alter table orders add column a_rather_long_name_of_a_column_${i} text;\n`,
      ]),
    );
    const work = await pullRequest(BEFORE, adds);
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const ran = await runAction(work, { ...inputs, url: db.url }, { action: "plan", api: api.url });
    expect([ran.code, ran.outputs["pending"]]).toEqual([0, "901"]);
    const { body } = comments[0]!;
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.length).toBeGreaterThan(60_000);
    expect(body).toMatch(/\n```\n\n<\/details>\nCut off, because it is too long/);
    expect(ran.summary).toContain("a_rather_long_name_of_a_column_899");
  });

  test("that cannot be made says why, with the server's address masked", async () => {
    const work = await pullRequest(BEFORE, ADDS);
    const url = `postgres://ada:${SECRET}@127.0.0.1:9/shop`;
    const ran = await runAction(
      work,
      { url },
      { action: "plan", env: { LOCKSTEP_CONNECT_WAIT: "0" } },
    );
    expect([ran.code, ran.outputs]).toEqual([
      1,
      { "failure-class": "conn.refused", "exit-code": "75" },
    ]);
    // The commands that mask it, and nothing else.
    const masks = kinds(ran.stdout, "add-mask");
    expect(masks).toEqual([
      `::add-mask::${url.replaceAll("%", "%25")}`,
      `::add-mask::${SECRET.replaceAll("%", "%25")}`,
      "::add-mask::pg@ss,word",
    ]);
    const rest = ran.stdout.split("\n").filter((line) => !masks.includes(line));
    expect(rest.join("\n") + ran.summary).not.toMatch(/pg(?:%40|@)ss/);
  });
});

describe("up", () => {
  test("applies what is pending and says it in outputs, the log and the summary", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const ran = await runAction(work, { url: secretUrl(db) }, { action: "up" });
    expect(ran.code, ran.stdout).toBe(0);
    const { "run-id": runId, ...outputs } = ran.outputs;
    expect(outputs).toEqual({
      applied: "2",
      "applied-list": '["1_orders","2_note"]',
      pending: "0",
      current: "2",
      "failure-class": "",
      "exit-code": "0",
    });
    const runs = await db.admin.query("select id::text from lockstep.runs");
    expect(runs).toEqual([{ id: runId }]);
    expect(ran.stdout).toMatch(/^2_note applied, \d+ ms$/m);
    expect(ran.summary).toContain("**2 applied, 0 pending.** At version `2`.");
    const again = await runAction(work, { url: db.url }, { action: "up" });
    expect([again.code, again.outputs["applied"], again.outputs["current"]]).toEqual([0, "0", "2"]);
  });

  test("that fails names the line, the class and what to do", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, {
      "migrations/2_wrong.sql": "select 1;\nselect nothing from orders;\n",
    });
    const ran = await runAction(work, { url: db.url }, { action: "up" });
    expect(ran.code).toBe(1);
    expect(ran.outputs).toMatchObject({
      applied: "1",
      "applied-list": '["1_orders"]',
      pending: "1",
      current: "1",
      "failure-class": "object.missing",
      "exit-code": "79",
    });
    const [error, ...others] = kinds(ran.stdout, "error");
    expect(others).toEqual([]);
    expect(error).toMatch(/^::error file=migrations\/2_wrong\.sql,line=2,col=8,title=Lockstep%3A/);
    expect(error).toContain("%0AState now: ");
    expect(error).toContain("%0AWhat to do: ");
    expect(ran.summary).toContain("**object.missing** (exit 79)");
  });

  test("keeps what a server says from being a command of GitHub", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, {
      "migrations/2_says.sql":
        "do $$ begin raise notice E'x\\n::set-env name=A::b\\n::error::no'; end $$;",
    });
    const ran = await runAction(work, { url: db.url }, { action: "up" });
    expect(ran.code).toBe(0);
    const lines = ran.stdout.split("\n");
    const [stop = ""] = kinds(ran.stdout, "stop-commands");
    const token = stop.replace("::stop-commands::", "");
    const at = (line: string): number => lines.indexOf(line);
    expect(at("::set-env name=A::b")).toBeGreaterThan(at(stop));
    expect(at(`::${token}::`)).toBeGreaterThan(at("::error::no"));
    expect(at(stop)).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ["SIGINT", 130, "interrupted"],
    ["SIGTERM", 143, "terminated"],
  ] as const)("that is cancelled by %s ends in order with %i", async (signal, code, failure) => {
    await using db = await freshDatabase();
    await db.admin.query(LEDGER);
    const work = await pullRequest(BEFORE, {
      "migrations/2_slow.sql": `${mark("2")}\n${WAIT_AT_GATE}\n`,
    });
    const running = runAction(
      work,
      { url: db.url },
      {
        action: "up",
        onStart: (child) =>
          void waitForStatement(db.admin, /pg_sleep/).then(() => child.kill(signal)),
      },
    );
    const ran = await running;
    expect([ran.code, ran.outputs["exit-code"], ran.outputs["failure-class"]]).toEqual([
      1,
      String(code),
      failure,
    ]);
    expect(ran.outputs).toMatchObject({ applied: "1", pending: "1", current: "1" });
    await openGate(db.admin);
    expect((await runAction(work, { url: db.url }, { action: "up" })).code).toBe(0);
  });

  test("with a wrong flag fails with the words of the command", async () => {
    const work = await pullRequest(BEFORE, ADDS);
    const ran = await runAction(work, { args: "--nonsense" }, { action: "up" });
    expect([ran.code, ran.outputs["exit-code"], ran.outputs["failure-class"]]).toEqual([
      1,
      "64",
      "usage",
    ]);
    expect(kinds(ran.stdout, "error")[0]).toContain("nonsense");
  });
});

describe("gate", () => {
  test("passes when everything is applied, and ends with 82 when it is not", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, ADDS);
    const gate = () => runAction(work, { url: db.url, timeout: "100ms" }, { action: "gate" });
    const early = await gate();
    expect([early.code, early.outputs]).toEqual([
      1,
      { ready: "false", current: "", "failure-class": "gate.timeout", "exit-code": "82" },
    ]);
    expect(kinds(early.stdout, "error")[0]).toContain("Lockstep: gate.timeout");
    expect((await runAction(work, { url: db.url }, { action: "up" })).code).toBe(0);
    const ready = await gate();
    expect([ready.code, ready.outputs]).toEqual([
      0,
      { ready: "true", current: "2", "failure-class": "", "exit-code": "0" },
    ]);
    expect(ready.summary).toContain("Ready. At version `2`.");
  });
});

describe("trace", () => {
  test("takes what the pull request changes, and says what was seen", async () => {
    const work = await pullRequest(BEFORE, ADDS);
    const comments: FakeComment[] = [];
    const api = await commentsApi(comments);
    const ran = await runAction(
      work,
      { comment: "true", token: "secret" },
      { action: "trace", api: api.url },
    );
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.outputs).toEqual({
      traced: "1",
      "traced-list": '["2_note"]',
      exceeded: "0",
      "failure-class": "",
      "exit-code": "0",
    });
    expect(comments[0]!.body).toMatch(/^<!-- lockstep-trace -->\n## Lockstep trace\n\n`2_note`\./);
    expect(comments[0]!.body).toContain("ACCESS EXCLUSIVE  orders  reads and writes wait");
  });

  test("over its budget is an error on the file", async () => {
    await using db = await freshDatabase();
    const work = await pullRequest(BEFORE, {
      "migrations/2_index.sql": "create index orders_customer on orders (customer_id);\n",
    });
    await runAction(work, { url: db.url, args: "--to\n1" }, { action: "up" });
    await db.admin.query(
      "insert into orders select i, i from pg_catalog.generate_series(1, 300000) i; analyze orders",
    );
    await runCliStats(work.dir, db.url);
    const ran = await runAction(
      work,
      { url: db.url, stats: "stats.json", "max-block": "1ms" },
      { action: "trace" },
    );
    expect([ran.code, ran.outputs["exceeded"], ran.outputs["exit-code"]]).toEqual([1, "1", "65"]);
    expect(kinds(ran.stdout, "error")).toEqual([
      expect.stringMatching(/^::error file=migrations\/2_index\.sql,line=1,.*`orders` for \d+ ms/),
    ]);
    expect(ran.summary).toMatch(/step 1: others would wait for about \*\*\d+ ms\*\* on `orders`/);
  });
});

async function runCliStats(dir: string, url: string): Promise<void> {
  const { stdout } = await runCli(["stats"], { cwd: dir, url });
  await writeFile(join(dir, "stats.json"), stdout);
}

async function version(db: TestDatabase): Promise<string> {
  const [row] = await db.admin.query<{ server_version: string }>("show server_version");
  return row!.server_version;
}
