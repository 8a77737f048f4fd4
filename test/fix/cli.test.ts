/** `lockstep lint --fix` as a command: what it prints, what is on the disk afterwards. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import { runCli, startCli } from "../support/cli.ts";
import { testedVersion } from "../support/postgres.ts";
import { project } from "../support/project.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/lint-fix.md"), "utf8");
const HISTORY = "create table users (id bigint primary key, email text, plan text);\n";
const VERSION = ["--pg-version", String(testedVersion())];

/** Names of the folder with their text. */
function contentOf(dir: string): Record<string, string> {
  const folder = join(dir, "migrations");
  return Object.fromEntries(
    readdirSync(folder)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

function folder(change: string, more: Readonly<Record<string, string>> = {}) {
  return project({
    files: { "migrations/0001_users.sql": HISTORY, "migrations/0002_change.sql": change, ...more },
  });
}

describe("lint --fix", () => {
  test.runIf(testedVersion() === 18)("the example of the page", async () => {
    const fences = [...PAGE.matchAll(/^```(sql|text)\n([^]*?)^```$/gm)].map(([, , text]) => text!);
    const [users, change, said] = fences;
    const { dir } = await project({
      files: {
        "migrations/20240101000000_users.sql": users!,
        "migrations/20240102000000_require_email.sql": change!,
      },
    });
    const [, args] = /`lockstep (lint --fix --pg-version[^`]*)`/.exec(PAGE)!;
    const result = await runCli(args!.split(" "), { cwd: dir });
    expect(result.stdout).toBe(said);
    expect(result.code).toBe(0);
    expect(Object.keys(contentOf(dir))).toEqual([
      "20240101000000_users.sql",
      "20240102000000_require_email_expand_not_null.sql",
      "20240102000001_require_email_contract_validate.sql",
      "20240102000002_require_email_part_1.sql",
    ]);
  });

  test("--dry-run writes nothing, and the run without it what it showed; a second one finds nothing", async () => {
    const { dir } = await folder("alter table users rename column email to mail;\n");
    const before = contentOf(dir);
    const dry = await runCli(["lint", "--fix", "--dry-run", ...VERSION], { cwd: dir });
    expect(contentOf(dir)).toEqual(before);
    const written = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(written.stdout).toBe(dry.stdout.replace("Nothing is written (--dry-run).", "Written."));
    const after = contentOf(dir);
    expect(Object.keys(after)).toEqual([
      "0001_users.sql",
      "0002_change_expand_add_column.sql",
      "0003_change_backfill_fill.ts",
      "0004_change_contract_swap.sql",
    ]);
    const again = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("Nothing to fix.");
    expect(contentOf(dir)).toEqual(after);
  });

  test("what is not proved is not written and ends with 65; --unproved writes it", async () => {
    const { dir } = await folder("alter table users rename column email to mail;\n", {
      "migrations/0001_users.sql": `${HISTORY}grant select (email) on users to public;\n`,
    });
    const before = contentOf(dir);
    const refused = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(refused.code).toBe(65);
    expect(refused.stdout).toMatch(
      /not proved\. Not written\.\n +only the original makes: details/,
    );
    expect(contentOf(dir)).toEqual(before);
    const forced = await runCli(["lint", "--fix", "--unproved", ...VERSION], { cwd: dir });
    expect(forced.code).toBe(0);
    expect(Object.keys(contentOf(dir))).toHaveLength(4);
  });

  test("an applied file is refused where a database is named", async () => {
    const { url } = await freshDatabase();
    const { dir } = await folder("alter table users drop column plan;\n");
    expect((await runCli(["up"], { cwd: dir, url })).code).toBe(0);
    const before = contentOf(dir);
    const result = await runCli(["lint", "--fix"], { cwd: dir, url });
    expect(result.stdout).toContain("migrations/0002_change.sql:1: it is applied");
    expect(contentOf(dir)).toEqual(before);
  });

  test("without room behind the version nothing is written, and the message says what to do", async () => {
    const { dir } = await folder("alter table users alter column email set not null;\n", {
      "migrations/0003_later.sql": "select 1;\n",
    });
    const before = contentOf(dir);
    const result = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(result.stdout).toMatch(/version 3 is there already\. Give the file a version with room/);
    expect(result.code).toBe(65);
    expect(contentOf(dir)).toEqual(before);
  });

  test("the down migration goes with the last file", async () => {
    const { dir } = await folder("alter table users add unique (email);\n", {
      "migrations/0002_change.down.sql": "alter table users drop constraint users_email_key;\n",
    });
    const result = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(result.code).toBe(0);
    expect(Object.keys(contentOf(dir))).toEqual([
      "0001_users.sql",
      "0002_change_expand_index.sql",
      "0003_change_contract_unique.down.sql",
      "0003_change_contract_unique.sql",
    ]);
  });

  test("another tool's folder gets edits, and no sequences", async () => {
    const { dir } = await project({
      files: {
        "migrations/20240101000000_users.sql": `-- migrate:up\n${HISTORY}\n-- migrate:down\ndrop table users;\n`,
        "migrations/20240102000000_x.sql":
          "-- migrate:up transaction:false\ncreate index plans on users (plan);\n-- migrate:down\ndrop index plans;\n",
        "migrations/20240103000000_y.sql":
          "-- migrate:up\nalter table users alter column email set not null;\n-- migrate:down\nselect 1;\n",
      },
    });
    const args = ["lint", "--fix", "--source-format", "dbmate", ...VERSION];
    const result = await runCli(args, { cwd: dir });
    const after = contentOf(dir);
    expect(after["20240102000000_x.sql"]).toBe(
      "-- migrate:up transaction:false\ncreate index concurrently plans on users (plan);\n-- migrate:down\ndrop index plans;\n",
    );
    expect(Object.keys(after)).toHaveLength(3);
    expect(result.stdout).toContain("write them by hand");
  });

  test("several files in one run, each proved behind those before it", async () => {
    const { dir } = await folder("create table teams (id int primary key, lead bigint);\n", {
      "migrations/0003_email.sql": "alter table users add constraint known check (plan <> '');\n",
      "migrations/0010_lead.sql": "create index on teams (lead);\n",
      "migrations/0011_lead.sql":
        "alter table teams add foreign key (lead) references users (id);\n",
    });
    const result = await runCli(["lint", "--fix", ...VERSION], { cwd: dir });
    expect(result.stdout.match(/^ {2}proved/gm)).toHaveLength(3);
    expect(Object.keys(contentOf(dir))).toEqual([
      "0001_users.sql",
      "0002_change.sql",
      "0003_email_expand_add_constraint.sql",
      "0004_email_contract_validate.sql",
      "0010_lead.sql",
      "0011_lead_expand_add_constraint.sql",
      "0012_lead_contract_validate.sql",
    ]);
    expect((await runCli(["lint", "--fix", ...VERSION], { cwd: dir })).stdout).toContain(
      "Nothing to fix.",
    );
  });

  test("with --json stdout is the report alone", async () => {
    const { dir } = await folder("create index plans on users (plan);\n");
    const result = await runCli(["lint", "--fix", "--json", ...VERSION], { cwd: dir });
    expect(result.json()).toMatchObject({ findings: [] });
    expect(result.stderr).toContain("proved");
  });

  test("killed at any time, the folder has the old file or the new ones, whole", async () => {
    const change = "alter table users alter column email set not null;\n";
    for (const afterMs of [50, 600, 1200, 1800]) {
      const { dir } = await folder(change);
      const running = startCli(["lint", "--fix", ...VERSION], { cwd: dir });
      await Promise.race([pause(afterMs), running.done.catch(() => undefined)]);
      running.kill("SIGKILL");
      await running.done.catch(() => undefined);
      const names = Object.keys(contentOf(dir));
      const old = existsSync(join(dir, "migrations/0002_change.sql"));
      const texts = Object.values(contentOf(dir)).join("");
      if (old) expect(contentOf(dir)["0002_change.sql"]).toBe(change);
      else expect(texts).toContain("validate constraint");
      expect(names.every((name) => /^\d{4}_/.test(name))).toBe(true);
    }
  });
});
