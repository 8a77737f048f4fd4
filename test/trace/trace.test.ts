/** What a trace sees, on real servers: histories of several kinds, and statements of every kind. */
import { describe, expect, test } from "vitest";
import { heldIn, locksOf, statementsOf, traceFiles, workOf } from "./trace-project.ts";

const TABLES = `
create table users (id bigint primary key, email text, age int);
create table orders (id bigint primary key, user_id bigint, total int);
insert into users select g, 'x', 1 from generate_series(1, 10) g;
insert into orders select g, g, 1 from generate_series(1, 10) g;
`;

describe("one transaction", () => {
  test("locks, work and changes of each statement, and what is held until the commit", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_change.sql": [
          "alter table users add column nick text;",
          "alter table orders add constraint orders_user foreign key (user_id) references users (id);",
          "alter table users alter column age type bigint;",
          "create table notes (id int);",
          "create index notes_id on notes (id);",
        ].join("\n"),
      },
      pending: ["migrations/2_change.sql"],
    });
    expect(result.failure).toBeNull();
    expect(result.history).toMatchObject({ migrations: 1, cached: 0, leftOut: [], roles: [] });
    const [add, foreignKey, type, table, index] = statementsOf(result);
    expect(locksOf(add!)).toEqual(["ACCESS EXCLUSIVE users"]);
    expect(workOf(add!)).toEqual([]);
    expect(add!.changed.altered).toEqual(["users"]);
    expect(locksOf(foreignKey!)).toEqual(
      expect.arrayContaining(["SHARE ROW EXCLUSIVE orders", "SHARE ROW EXCLUSIVE users"]),
    );
    expect(workOf(foreignKey!)).toEqual(["fk-validation orders"]);
    expect(workOf(type!)).toContain("rewrite users");
    // What it took before is not its own, but it works under it.
    expect(locksOf(type!)).not.toContain("ACCESS EXCLUSIVE users");
    expect(type!.work.map(({ mode }) => mode)).toContain("ACCESS EXCLUSIVE");
    expect(table!.changed.created).toEqual(["notes"]);
    expect([...locksOf(index!), ...workOf(index!)]).toEqual([]);
    expect(heldIn(result)).toEqual(["ACCESS EXCLUSIVE users", "SHARE ROW EXCLUSIVE orders"]);
    expect(result.files[0]!.steps[0]).toMatchObject({
      transaction: "file",
      held: [
        { relation: "users", blocksReads: true, since: 1, blocksSince: 1 },
        { relation: "orders", blocksReads: false, blocksWrites: true, since: 2 },
      ],
    });
  });

  test("VALIDATE in a file of its own blocks nobody", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_add.sql": "alter table users add constraint adult check (age > 0) not valid;",
        "migrations/3_validate.sql": "alter table users validate constraint adult;",
      },
      pending: ["migrations/2_add.sql", "migrations/3_validate.sql"],
    });
    expect(workOf(statementsOf(result, 0)[0]!)).toEqual([]);
    const [validate] = statementsOf(result, 1);
    expect(workOf(validate!)).toEqual(["scan users"]);
    expect(heldIn(result, 1)).toEqual(["SHARE UPDATE EXCLUSIVE users"]);
    expect(result.files[1]!.onlyByTrace).toEqual([]);
  });

  test("a proof makes the scan unnecessary, and the server says so", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": `${TABLES} alter table users add check (age is not null);`,
        "migrations/2_not_null.sql": "alter table users alter column age set not null;",
      },
      pending: ["migrations"].map((folder) => `${folder}/2_not_null.sql`),
    });
    const [statement] = statementsOf(result);
    expect(workOf(statement!)).toEqual([]);
    expect(statement!.proofs.join()).toContain("sufficient to prove");
  });

  test("the partitions of a table are locked, and their constraints are validated", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_parts.sql": `
          create table events (id bigint, at date not null) partition by range (at);
          create table events_1 partition of events for values from ('2024-01-01') to ('2025-01-01');
          create table events_2 partition of events for values from ('2025-01-01') to ('2026-01-01');`,
        "migrations/2_check.sql": "alter table events add constraint positive check (id > 0);",
      },
      pending: ["migrations/2_check.sql"],
    });
    const [statement] = statementsOf(result);
    expect(locksOf(statement!)).toEqual([
      "ACCESS EXCLUSIVE events",
      "ACCESS EXCLUSIVE events_1",
      "ACCESS EXCLUSIVE events_2",
    ]);
    expect(workOf(statement!)).toEqual(["scan events_1", "scan events_2"]);
  });
});

describe("outside of a transaction", () => {
  test("CONCURRENTLY is seen while it waits, and each statement is a step", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_index.sql": [
          "create index concurrently users_age on users (age);",
          "drop index concurrently users_age;",
          "vacuum users;",
        ].join("\n"),
      },
      pending: ["migrations/2_index.sql"],
    });
    expect(result.failure).toBeNull();
    expect(result.files[0]!.steps.map(({ transaction }) => transaction)).toEqual([
      "none",
      "none",
      "none",
    ]);
    const [create, drop, vacuum] = statementsOf(result);
    for (const statement of [create!, drop!, vacuum!]) {
      expect(locksOf(statement)).toEqual(["SHARE UPDATE EXCLUSIVE users"]);
    }
    expect(workOf(create!)).toContain("index-build users");
    expect(create!.changed.created).toEqual(["users_age"]);
    expect(drop!.changed.dropped).toEqual(["users_age"]);
  });

  test("an index on a partitioned table is built leaf by leaf, as the runner does it", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_parts.sql": `
          create table events (id bigint, at date not null) partition by range (at);
          create table events_1 partition of events for values from ('2024-01-01') to ('2025-01-01');`,
        "migrations/2_index.sql": "create index concurrently events_id on events (id);",
      },
      pending: ["migrations/2_index.sql"],
    });
    expect(result.failure).toBeNull();
    const [statement] = statementsOf(result);
    expect(locksOf(statement!)).toContain("SHARE UPDATE EXCLUSIVE events_1");
    expect(workOf(statement!)).toContain("index-build events_1");
    expect(statement!.changed.created).toContain("events_id");
  });

  test("what locks no table is run and said to lock nothing", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_system.sql": "alter system set work_mem = '8MB';",
      },
      pending: ["migrations/2_system.sql"],
    });
    expect(statementsOf(result)).toMatchObject([{ outcome: "traced", locks: [], work: [] }]);
  });
});

describe("other files", () => {
  test("a module's queries are its statements, in its transaction", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_fill.ts": `
          export async function up(db: any) {
            await db.sql\`alter table users add column plan text\`;
            const rows = await db.sql\`select count(*)::int as n from users where age = \${1}\`;
            if (rows[0].n !== 10) throw new Error("rows: " + rows[0].n);
          }`,
      },
      pending: ["migrations/2_fill.ts"],
    });
    expect(result.failure).toBeNull();
    expect(result.files[0]!.steps).toHaveLength(1);
    const [alter, select] = statementsOf(result);
    expect(locksOf(alter!)).toEqual(["ACCESS EXCLUSIVE users"]);
    expect(select!.summary).toContain("select count(*)");
    expect(heldIn(result)).toEqual(["ACCESS EXCLUSIVE users"]);
  });

  test("a module that commits in rounds is a step per round", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_fill.ts": `
          export const transaction = false;
          export async function up(db: any) {
            await db.batch(0, async (after: number, tx: any) => {
              await tx.sql\`update users set age = 2 where id > \${after} and id <= \${after + 5}\`;
              return after >= 5 ? null : after + 5;
            });
          }`,
      },
      pending: ["migrations/2_fill.ts"],
    });
    expect(result.failure).toBeNull();
    expect(result.files[0]!.steps.map(({ held }) => held.map(({ mode }) => mode))).toEqual([
      ["ROW EXCLUSIVE"],
      ["ROW EXCLUSIVE"],
    ]);
  });

  test("a folder of another tool: its own markers divide the file", async () => {
    const result = await traceFiles({
      files: {
        "migrations/20240101000000_tables.sql": `-- migrate:up\n${TABLES}\n-- migrate:down\n`,
        "migrations/20240102000000_index.sql":
          "-- migrate:up transaction:false\ncreate index concurrently users_age on users (age);\n\n-- migrate:down\ndrop index users_age;\n",
      },
      pending: ["migrations/20240102000000_index.sql"],
      format: "dbmate",
    });
    expect(result.failure).toBeNull();
    expect(statementsOf(result)).toHaveLength(1);
    expect(statementsOf(result)[0]).toMatchObject({ line: 2, outcome: "traced" });
    expect(workOf(statementsOf(result)[0]!)).toContain("index-build users");
  });

  test("what is between two named files runs, untraced", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_a.sql": "alter table users add column a int;",
        "migrations/3_b.sql": "alter table users add column b int;",
        "migrations/4_c.sql": "alter table users drop column a, drop column b;",
        "migrations/5_after.sql": "this is not reached;",
      },
      pending: ["migrations/2_a.sql", "migrations/4_c.sql"],
    });
    expect(result.failure).toBeNull();
    expect(result.files.map(({ id }) => id)).toEqual(["2_a", "4_c"]);
  });
});

describe("what cannot be traced", () => {
  test("an extension that the sandbox lacks is named, and so is what depends on it", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": `${TABLES} create extension postgis; create table places (at geometry); create role app_reader;`,
        "migrations/2_more.sql": "grant select on users to reporting;",
        "migrations/3_pending.sql": [
          "alter table users add column a int;",
          "create extension if not exists timescaledb;",
          "alter table users add column home geometry;",
          "alter table users add column b int;",
        ].join("\n"),
      },
      pending: ["migrations/3_pending.sql"],
    });
    expect(result.failure).toBeNull();
    expect(result.missingExtensions).toEqual(["postgis", "timescaledb"]);
    expect(result.history.leftOut.map(({ summary }) => summary)).toEqual([
      "create extension postgis",
      "create table places (at geometry)",
    ]);
    expect(result.history.roles).toEqual(["reporting"]);
    expect(statementsOf(result).map(({ outcome }) => outcome)).toEqual([
      "traced",
      "untraced",
      "untraced",
      "traced",
    ]);
    expect(statementsOf(result)[1]!.reason).toContain("`timescaledb`");
    expect(statementsOf(result)[2]!.reason).toContain("geometry");
    expect(heldIn(result)).toEqual(["ACCESS EXCLUSIVE users"]);
  });

  test("a statement that fails is a failure, and what comes after it is untraced", async () => {
    const result = await traceFiles({
      files: {
        "migrations/1_tables.sql": TABLES,
        "migrations/2_wrong.sql": [
          "alter table users add column a int;",
          "alter table users add column a int;",
          "alter table users add column b int;",
        ].join("\n"),
        "migrations/3_next.sql": "alter table users add column c int;",
      },
      pending: ["migrations/2_wrong.sql", "migrations/3_next.sql"],
    });
    expect(result.failure).toMatchObject({ exitCode: 79, migration: "2_wrong" });
    expect(result.failure!.server?.sqlstate).toBe("42701");
    expect(statementsOf(result).map(({ outcome }) => outcome)).toEqual([
      "traced",
      "failed",
      "untraced",
    ]);
    expect(statementsOf(result)[2]!.reason).toBe("line 2 failed before it");
    expect(result.files[1]!.untraced).toBe("`2_wrong` failed before it");
  });

  test("a history that does not run from its beginning is said to be one", async () => {
    await expect(
      traceFiles({
        files: {
          "migrations/1_relies.sql": "alter table from_somewhere_else add column a int;",
          "migrations/2_next.sql": "select 1;",
        },
        pending: ["migrations/2_next.sql"],
      }),
    ).rejects.toMatchObject({
      class: "object.missing",
      what: expect.stringContaining("The history cannot be replayed") as string,
    });
  });
});
