/**
 * "Exactly enough" on a real server: the printed SQL lets each role do its work, nothing beyond it,
 * and no statement of it can be left out.
 */
import pg from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readHistory } from "../src/history/read.ts";
import { createHistory, historyNames } from "../src/history/tables.ts";
import { quoteIdent } from "../src/postgres/identifiers.ts";
import { grants } from "../src/runner/grants.ts";
import { parseFile } from "../src/sql/parse-file.ts";
import { loadParser } from "../src/sql/parser.ts";
import { freshDatabase, type TestDatabase } from "./support/database.ts";
import { historyIdent, historySchema } from "./support/elsewhere.ts";
import { sharedUrl } from "./support/postgres.ts";

// Names that are wrong without quotes, one of them with the dollar quote of the printed text.
const suffix = process.pid;
const ROLES = {
  migrator: `Migrator "${suffix}"`,
  gate: `gate $grants$ ${suffix}`,
  observer: `Observer ${suffix}`,
  app: `shop ${suffix}`,
};
const OWN = { historySchema, historyPrefix: "" };
const SHARED = { historySchema: "app", historyPrefix: "ls_" };

let db: TestDatabase;

beforeEach(async () => {
  db = await freshDatabase();
  for (const role of Object.values(ROLES))
    await db.admin.query(`create role ${quoteIdent(role)} login`);
  await db.admin.query("create schema if not exists app");
  await db.admin.query("create table app.account (id bigint)");
});

afterEach(async () => {
  for (const role of Object.values(ROLES)) {
    await db.admin.query(`drop owned by ${quoteIdent(role)} cascade`);
    await db.admin.query(`drop role ${quoteIdent(role)}`);
  }
  await db.drop();
});

/** Runs as a role; undefined, or the SQLSTATE of what was refused. */
async function as(
  role: keyof typeof ROLES,
  ...texts: readonly string[]
): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: sharedUrl(db.name, ROLES[role]),
    application_name: "test role",
  });
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    await client.end();
  }
}

async function printed(where: typeof OWN): Promise<string[]> {
  const parsed = await parseFile({
    path: "grants.sql",
    bytes: Buffer.from(grants({ ...where, roles: ROLES })),
    parser: await loadParser(),
  });
  return parsed.statements.map((statement) => statement.text);
}

async function apply(texts: readonly string[]): Promise<void> {
  for (const text of texts) await db.admin.query(text);
}

const NAMES = historyNames(OWN);
const CREATE = createHistory(NAMES, true);
const READ = readHistory(NAMES);

const seesOthers = async (): Promise<string | undefined> =>
  as(
    "observer",
    `do $$ begin
       if not exists (select from pg_stat_activity where pid = ${db.admin.pid} and query <> '<insufficient privilege>')
       then raise insufficient_privilege; end if;
     end $$`,
  );

/** As gate/heartbeat.ts writes it: begun, seen again, taken away. */
const BEAT = [
  `insert into ${NAMES.heartbeats} (instance, expires_at)
   values ('00000000-0000-4000-8000-000000000000', now())
   on conflict (instance) do update set expires_at = excluded.expires_at`,
  `update ${NAMES.heartbeats} set expires_at = now()
   where instance = '00000000-0000-4000-8000-000000000000' returning 1`,
  `delete from ${NAMES.heartbeats} where instance in (select h.instance from ${NAMES.heartbeats} h
   limit 1 for update skip locked)`,
];

/** The work of every role, in the two orders in which grants and first run can happen. */
async function work(texts: readonly string[]): Promise<string | undefined> {
  const failed = (what: string, code: string | undefined): string | undefined =>
    code === undefined ? undefined : `${what}: ${code}`;
  const reset = async (): Promise<void> => {
    for (const role of Object.values(ROLES)) {
      await db.admin.query(`drop owned by ${quoteIdent(role)} cascade`);
      await db.admin.query(`revoke pg_read_all_stats from ${quoteIdent(role)}`);
    }
    await db.admin.query(`drop schema if exists ${historyIdent} cascade`);
  };

  await reset();
  const applied = await apply(texts).then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );
  const before =
    failed("applying", applied) ??
    failed("create history", await as("migrator", ...CREATE)) ??
    failed("read history", await as("gate", READ)) ??
    failed("see other roles", await seesOthers());
  if (before !== undefined) return before;

  await reset();
  await db.admin.query(`create schema ${historyIdent} authorization ${quoteIdent(ROLES.migrator)}`);
  await as("migrator", ...CREATE);
  await apply(texts);
  return (
    failed("read a history that was there before", await as("gate", READ)) ??
    failed("beat", await as("app", ...BEAT))
  );
}

it("lets the migrator create the history, the gate read it and the observer see other roles", async () => {
  expect(await work(await printed(OWN))).toBeUndefined();
});

it("refuses the gate every write and every table of the application", async () => {
  await apply(await printed(OWN));
  expect(await as("migrator", ...CREATE)).toBeUndefined();
  for (const table of [NAMES.migrations, NAMES.journal, NAMES.runs, NAMES.state, NAMES.audit]) {
    expect(await as("gate", `insert into ${table} default values`), `insert ${table}`).toBe(
      "42501",
    );
    expect(await as("gate", `delete from ${table}`), `delete ${table}`).toBe("42501");
    expect(await as("gate", `truncate ${table}`), `truncate ${table}`).toBe("42501");
  }
  expect(await as("gate", `update ${NAMES.state} set epoch = 1`)).toBe("42501");
  expect(await as("gate", `create table ${historyIdent}.mine ()`)).toBe("42501");
  expect(await as("gate", "select from app.account")).toBe("42501");
  expect(await as("migrator", "select from app.account")).toBe("42501");
  expect(await as("observer", READ)).toBe("42501");
});

it("prints no statement that can be left out", async () => {
  const texts = await printed(OWN);
  const broken: Record<string, string | undefined> = {};
  for (const [index, text] of texts.entries()) {
    const label = text.split(/\s+/).slice(0, 3).join(" ").replace(/\$.*/, "…");
    broken[`${index} ${label}`] = await work(texts.toSpliced(index, 1));
  }
  expect(broken).toEqual({
    "0 create schema if": "applying: 3F000",
    "1 grant usage, create": "create history: 42501",
    "2 grant usage on": "read history: 42501",
    "3 do …": "read a history that was there before: 42501",
    "4 alter default privileges": "read history: 42501",
    "5 grant usage on": "beat: 42501",
    "6 do …": "beat: 42501",
    "7 grant pg_read_all_stats to": "see other roles: 42501",
  });
});

it("gives the application its heartbeats and no more, and each of these rights is needed", async () => {
  const texts = await printed(OWN);
  for (const right of ["select, ", "insert, ", "update, ", ", delete"]) {
    const less = texts.map((text) =>
      text.includes("heartbeats") ? text.replace(right, "") : text,
    );
    expect(await work(less), right).toBe("beat: 42501");
  }
  expect(await work(texts)).toBeUndefined();
  for (const table of [NAMES.migrations, NAMES.journal, NAMES.runs, NAMES.state, NAMES.audit]) {
    expect(await as("app", `select from ${table}`), table).toBe("42501");
    expect(await as("app", `delete from ${table}`), table).toBe("42501");
  }
  expect(await as("app", `create table ${historyIdent}.mine ()`)).toBe("42501");
});

it("needs both halves of the migrator's right on the schema", async () => {
  const texts = await printed(OWN);
  for (const half of ["usage", "create"]) {
    const less = texts.map((text) => text.replace("grant usage, create", `grant ${half}`));
    expect(await work(less), half).toBe("create history: 42501");
  }
});

it("gives the gate nothing of a shared schema but the history", async () => {
  const texts = await printed(SHARED);
  const names = historyNames(SHARED);
  await apply(texts);
  expect(await as("migrator", ...createHistory(names, true))).toBeUndefined();
  expect(await as("gate", readHistory(names))).toBe("42501");
  await apply(texts);
  expect(await as("gate", readHistory(names))).toBeUndefined();
  expect(await as("migrator", "create table app.later ()")).toBeUndefined();
  expect(await as("gate", "select from app.later")).toBe("42501");
  expect(await as("gate", `select done_by, reason, detail from ${names.audit}`)).toBe("42501");
  expect(await as("gate", `delete from ${names.migrations}`)).toBe("42501");
});

it("prints only the parts of the roles that are named", () => {
  expect(grants({ historySchema: "lockstep", historyPrefix: "", roles: { gate: "pod" } }))
    .toMatchInlineSnapshot(`
    "-- Apply in the database concerned, as a superuser, or on a managed server as its administrator,
    -- who needs to be a member of the migrator's role for that.

    -- The schema of the history, so that nobody needs CREATE on the database.
    create schema if not exists "lockstep";

    -- Gate: reads the history, nothing else.
    grant usage on schema "lockstep" to "pod";
    -- The history tables that exist now.
    do $grants$
    begin
      if pg_catalog.to_regclass('"lockstep"."state"') is not null then
        grant select on "lockstep"."migrations", "lockstep"."journal", "lockstep"."runs", "lockstep"."state"
          to "pod";
        grant select (run_id, action, at) on "lockstep"."audit"
          to "pod";
      end if;
    end $grants$;
    -- Who creates the tables is not known here: apply this again after the first run.
    "
  `);
});

it("keeps a comment a comment when a name has a line break", async () => {
  const roles = { migrator: "a\nb", gate: "c\rd", observer: "e\n f", app: "g\nh" };
  const parse = async (where: typeof OWN, who: typeof roles): Promise<number> =>
    (
      await parseFile({
        path: "grants.sql",
        bytes: Buffer.from(grants({ ...where, roles: who })),
        parser: await loadParser(),
      })
    ).statements.length;
  for (const where of [OWN, SHARED, { historySchema: "a\ndrop table x; --", historyPrefix: "p" }]) {
    expect(await parse(where, roles)).toBe(await parse({ ...where, historySchema: "s" }, ROLES));
  }
});
