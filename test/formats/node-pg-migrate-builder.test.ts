/**
 * Our own builder beside the real one of node-pg-migrate: each call has the same effect on a
 * database, names of constraints and indexes included, forwards and in reverse.
 */
import { describe, expect, test } from "vitest";
import { createBuilder, type Builder } from "../../src/formats/node-pg-migrate/builder.ts";
import { installedBuilder } from "../../src/formats/node-pg-migrate/installed.ts";
import { fingerprintQuery } from "../../src/history/fingerprint.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";

/** Any call may be made: a wrong one is refused, or makes SQL that the server refuses. */
type Pgm = Builder & Readonly<Record<string, (...args: unknown[]) => unknown>>;

interface Case {
  readonly name: string;
  /** What has to be there first. */
  readonly before?: (pgm: Pgm) => void;
  readonly up: (pgm: Pgm) => void;
  /** False: the tool cannot tell how to take it back. */
  readonly reversible?: boolean;
}

const SHORTHANDS = {
  id: { type: "uuid", primaryKey: true },
  money: { type: "numeric(12,2)", notNull: true, default: 0 },
  price: "money",
} as const;

const orders = (pgm: Pgm): void => {
  pgm.createTable!("people", { id: "id", name: "text" });
  pgm.createTable!("orders", { id: "serial", person: "uuid", total: "int", note: "text" });
};

const now = { literal: true, value: "now()", toString: () => "now()" };

const CASES: readonly Case[] = [
  {
    name: "columns of all kinds",
    before: (pgm) => void pgm.createSchema!("shop"),
    up: (pgm) => {
      pgm.createTable!(
        { schema: "shop", name: "things" },
        {
          id: "id",
          serial: { type: "bigserial", unique: true },
          price: { type: "price", comment: "it's \\ a price" },
          list: { type: "int", array: true, default: [1, 2] },
          grid: {
            type: "int",
            array: 3,
            default: [
              [1, 2],
              [3, 4],
            ],
          },
          words: { type: "string", default: 'ARRAY "of" $pg$ $1' },
          empty: { type: "text", default: "" },
          nothing: { type: "text", default: null },
          flag: { type: "bool", default: false, notNull: true },
          at: { type: "datetime", default: now },
          ratio: { type: "double", check: "ratio > 0\n and ratio < 1" },
          code: { type: "varchar(10)", collation: '"C"' },
          number: {
            type: "integer",
            sequenceGenerated: { precedence: "BY DEFAULT", start: 10, increment: 5, cycle: false },
          },
          doubled: { type: "integer", expressionGenerated: "number * 2" },
        },
        { comment: null, ifNotExists: true },
      );
    },
  },
  {
    name: "constraints of a table",
    before: orders,
    up: (pgm) => {
      pgm.createTable!(
        "lines",
        {
          a: { type: "int", primaryKey: true },
          b: { type: "int", primaryKey: true },
          c: "int",
          d: "uuid",
        },
        {
          constraints: {
            check: "a > b",
            unique: [["a", "c"], "d"],
            foreignKeys: {
              columns: "d",
              references: "people(id)",
              onDelete: "SET NULL",
              onUpdate: "CASCADE",
            },
            exclude: "using btree (c with =)",
          },
        },
      );
      pgm.createTable!(
        "more",
        {
          a: {
            type: "uuid",
            references: '"people"',
            referencesConstraintName: "named",
            deferrable: true,
            deferred: true,
          },
          b: {
            type: "uuid",
            references: "people",
            referencesConstraintComment: "why",
            match: "FULL",
          },
          c: { type: "int", unique: true, check: "c <> 0" },
        },
        {
          constraints: {
            unique: ["a", "b"],
            check: ["a <> b", "c < 9"],
            primaryKey: "c",
            deferrable: false,
          },
        },
      );
    },
  },
  {
    name: "like, inherits, partitions, unlogged",
    before: orders,
    up: (pgm) => {
      pgm.createTable!(
        "copy",
        {},
        {
          like: {
            table: "orders",
            options: { including: ["DEFAULTS", "CONSTRAINTS"], excluding: "INDEXES" },
          },
        },
      );
      pgm.createTable!("plain", {}, { like: "people" });
      pgm.createTable!("child", { extra: "int" }, { inherits: "orders" });
      pgm.createTable!(
        "parted",
        { a: "int", b: "text" },
        {
          partition: {
            strategy: "RANGE",
            columns: ["a", { name: "b", collate: '"C"', opclass: "text_ops" }],
          },
        },
      );
      pgm.createTable!("fast", { a: "int" }, { unlogged: true });
    },
  },
  {
    name: "addColumns and addConstraint",
    before: orders,
    up: (pgm) => {
      pgm.addColumns!(
        "orders",
        {
          a: { type: "int" },
          b: { type: "text", comment: "b" },
        },
        { ifNotExists: true },
      );
      pgm.addColumn!("people", { born: { type: "date" } });
      pgm.addConstraint!("orders", "orders_pk", { primaryKey: "id" });
      pgm.createConstraint!("orders", "orders_total", {
        check: "total > 0",
        comment: "more than none",
      });
      pgm.addConstraint!("orders", "orders_person", {
        foreignKeys: { columns: ["person"], references: "people", onDelete: "RESTRICT" },
      });
      pgm.addConstraint!("orders", "orders_note", { unique: ["note", "total"], deferrable: true });
    },
  },
  {
    name: "addConstraint as text, without a name",
    before: orders,
    up: (pgm) => {
      pgm.addConstraint!("orders", null, "check (total < 100)");
      pgm.addConstraint!("orders", "few", "check (total < 50) not valid");
      pgm.addConstraint!("orders", null, { unique: "note" });
    },
    reversible: false,
  },
  {
    name: "alterColumn and alterTable",
    before: orders,
    up: (pgm) => {
      pgm.alterColumn!("orders", "total", {
        type: "bigint",
        using: "total * 2",
        default: 7,
        notNull: true,
        comment: "t",
      });
      pgm.alterColumn!("orders", "note", { type: "varchar(20)", collation: '"C"' });
      pgm.alterColumn!("orders", "id", { default: null });
      pgm.alterColumn!("orders", "id", { sequenceGenerated: { precedence: "ALWAYS", start: 100 } });
      pgm.alterColumn!("people", "name", { default: "x" });
      pgm.alterColumn!("people", "name", { default: null, allowNull: true, comment: null });
      pgm.alterTable!("people", { levelSecurity: "ENABLE" });
      pgm.alterTable!("orders", { unlogged: true });
    },
    reversible: false,
  },
  {
    name: "dropping",
    before: orders,
    up: (pgm) => {
      pgm.dropColumns!("orders", ["note", "total"], { ifExists: true, cascade: true });
      pgm.dropColumn!("orders", "person");
      pgm.dropColumns!("people", { name: {} });
      pgm.dropConstraint!("people", "people_pkey", { ifExists: true, cascade: true });
      pgm.dropTable!("orders", { cascade: true });
      pgm.dropTable!("nobody", { ifExists: true });
    },
    reversible: false,
  },
  {
    name: "renaming",
    before: (pgm) => {
      orders(pgm);
      pgm.createIndex!("orders", "note");
      pgm.addConstraint!("orders", "c1", { check: "total > 0" });
    },
    up: (pgm) => {
      pgm.renameTable!("orders", "sales");
      pgm.renameColumn!("sales", "note", "remark");
      pgm.renameConstraint!("sales", "c1", "c2");
      pgm.renameIndex!("orders_note_index", "remarks");
    },
  },
  {
    name: "indexes",
    before: (pgm) => {
      orders(pgm);
      pgm.createSchema!("s");
      pgm.createTable!({ schema: "s", name: "t" }, { a: "int" });
    },
    up: (pgm) => {
      pgm.createIndex!("orders", "note");
      pgm.createIndex!("orders", ["person", "note"], { unique: true });
      pgm.createIndex!(
        "orders",
        [
          { name: "total", sort: "DESC" },
          { name: "note", opclass: "text_pattern_ops" },
        ],
        { method: "btree", where: "total > 0", include: ["id"] },
      );
      pgm.addIndex!("orders", "lower(note)");
      pgm.createIndex!("orders", "(total + 1)", { name: "plus" });
      pgm.createIndex!("orders", "total + 2", { name: "plus2" });
      pgm.createIndex!("orders", [pgm.func!("upper(note) desc")], {
        name: "upper_note",
      });
      pgm.createIndex!("orders", ["id"], { name: "nulls", unique: true, ifNotExists: true });
      pgm.createIndex!("orders", "note || 'x'", { name: "concat" });
    },
  },
  {
    name: "types",
    up: (pgm) => {
      pgm.createType!("mood", ["ok", "it's", 'a "b"']);
      pgm.addType!("address", { street: "string", zip: { type: "varchar(5)" }, price: "price" });
      pgm.addTypeAttribute!("address", "town", "text");
      pgm.renameTypeAttribute!("address", "zip", "code");
      pgm.renameTypeValue!("mood", "ok", "fine");
      pgm.renameType!("mood", "temper");
      pgm.createDomain!("positive", "int", {
        check: "value > 0",
        constraintName: "is_positive",
        default: 1,
      });
      pgm.createDomain!("needed", "string", { notNull: true, collation: '"C"' });
      pgm.renameDomain!("positive", "natural");
    },
  },
  {
    name: "types, the way that has no way back",
    before: (pgm) => {
      pgm.createType!("mood", ["ok"]);
      pgm.createType!("pair", { a: "int", b: "text" });
      pgm.createDomain!("d", "int");
      pgm.createType!("gone", ["a"]);
    },
    up: (pgm) => {
      pgm.addTypeValue!("mood", "first", { before: "ok" });
      pgm.addTypeValue!("mood", "last", { after: "ok", ifNotExists: true });
      pgm.setTypeAttribute!("pair", "a", "bigint");
      pgm.dropTypeAttribute!("pair", "b");
      pgm.alterDomain!("d", { default: 4, notNull: true });
      pgm.dropType!("gone", { ifExists: true, cascade: true });
    },
    reversible: false,
  },
  {
    name: "functions and triggers",
    before: orders,
    up: (pgm) => {
      pgm.createFunction!(
        "add",
        [
          { name: "a", type: "int" },
          { name: "b", type: "int", default: 1 },
        ],
        {
          returns: "int",
          language: "sql",
          behavior: "IMMUTABLE",
          parallel: "SAFE",
          onNull: true,
          replace: true,
          security: "DEFINER",
          set: [{ configurationParameter: "search_path", value: "pg_catalog" }],
        },
        "select a + b -- $pg$",
      );
      pgm.createFunction!(
        { schema: "public", name: "outs" },
        [{ mode: "OUT", name: "x", type: "int" }],
        { returns: "int", language: "sql" },
        "select 1",
      );
      pgm.createFunction!("nothing", [], { language: "sql" }, "select");
      pgm.createTrigger!(
        "orders",
        "touch",
        {
          when: "BEFORE",
          operation: ["INSERT", "UPDATE OF note"],
          level: "ROW",
          language: "plpgsql",
          condition: "new.total > 0",
        },
        "begin return new; end",
      );
      pgm.createTrigger!("orders", "checked", {
        constraint: true,
        operation: "INSERT",
        level: "ROW",
        deferrable: true,
        deferred: true,
        function: "touch",
        functionParams: ["a", 1],
      });
      pgm.renameTrigger!("orders", "checked", "rechecked");
      pgm.renameFunction!("nothing", [], "none");
    },
  },
  {
    name: "views",
    before: orders,
    up: (pgm) => {
      pgm.createView!(
        "v",
        { columns: ["a", "b"], checkOption: "LOCAL", options: { security_barrier: true } },
        "select id, total from orders where total > 0",
      );
      pgm.renameView!("v", "w");
      pgm.createMaterializedView!(
        "m",
        { columns: "a", data: false, storageParameters: { fillfactor: 70 }, ifNotExists: true },
        "select id from orders",
      );
      pgm.renameMaterializedViewColumn!("m", "a", "b");
      pgm.renameMaterializedView!("m", "n");
      pgm.refreshMaterializedView!("n");
    },
  },
  {
    name: "views, the way that has no way back",
    before: (pgm) => {
      orders(pgm);
      pgm.createView!("v", {}, "select * from orders");
      pgm.createMaterializedView!("m", {}, "select * from orders");
      pgm.createIndex!("m", "id", { unique: true });
    },
    up: (pgm) => {
      pgm.alterView!("v", { checkOption: "CASCADED", options: { security_barrier: true } });
      pgm.alterViewColumn!("v", "total", { default: 5 });
      pgm.alterMaterializedView!("m", {
        cluster: "m_id_unique_index",
        storageParameters: { fillfactor: 60 },
      });
      pgm.createView!("v2", { replace: true }, "select 1 as one");
      pgm.dropView!("v2", { ifExists: true, cascade: true });
    },
    reversible: false,
  },
  {
    name: "sequences, schemas, extensions",
    up: (pgm) => {
      pgm.createSequence!("numbers", {
        start: 5,
        increment: 2,
        minvalue: 1,
        maxvalue: 99,
        cycle: true,
        cache: 3,
        type: "int",
      });
      pgm.renameSequence!("numbers", "digits");
      pgm.createSchema!("one", { ifNotExists: true });
      pgm.renameSchema!("one", "two");
      pgm.createExtension!(["plpgsql"], { ifNotExists: true });
    },
    reversible: true,
  },
  {
    name: "alterSequence and drops",
    before: (pgm) => {
      pgm.createSequence!("a", { start: 1 });
      pgm.createSequence!("b", { start: 1 });
      pgm.createSchema!("gone");
    },
    up: (pgm) => {
      pgm.alterSequence!("a", {
        increment: 10,
        minvalue: null,
        maxvalue: false,
        restart: 7,
        owner: null,
        cycle: false,
      });
      pgm.dropSequence!("b");
      pgm.dropSchema!("gone", { cascade: true });
    },
    reversible: false,
  },
  {
    name: "policies and grants",
    before: orders,
    up: (pgm) => {
      pgm.createPolicy!("orders", "own", { command: "SELECT", using: "total > 0" });
      pgm.createPolicy!("orders", "write", {
        command: "INSERT",
        check: "total > 0",
        role: ["CURRENT_USER", "pg_monitor"],
      });
      pgm.renamePolicy!("orders", "write", "insert");
      pgm.grantOnTables!({
        privileges: ["SELECT", "INSERT"],
        tables: ["orders", "people"],
        roles: ["PUBLIC", "pg_monitor"],
        withGrantOption: false,
      });
      pgm.grantOnTables!({
        privileges: "UPDATE",
        schema: "public",
        roles: "pg_monitor",
        withGrantOption: true,
        tables: "ALL",
      });
      pgm.grantOnSchemas!({ privileges: "ALL", schemas: "public", roles: "pg_monitor" });
    },
  },
  {
    name: "policies and grants, the way that has no way back",
    before: (pgm) => {
      orders(pgm);
      pgm.createPolicy!("orders", "own", { using: "true" });
      pgm.createPolicy!("orders", "gone", {});
      pgm.grantOnTables!({ privileges: "SELECT", tables: "orders", roles: "PUBLIC" });
    },
    up: (pgm) => {
      pgm.alterPolicy!("orders", "own", {
        role: "pg_monitor",
        using: "total = 1",
        check: "total = 2",
      });
      pgm.dropPolicy!("orders", "gone", { ifExists: true });
      pgm.revokeOnTables!({
        privileges: "SELECT",
        tables: "orders",
        roles: "PUBLIC",
        cascade: true,
      });
      pgm.revokeOnSchemas!({
        privileges: "ALL",
        schemas: ["public"],
        roles: "pg_monitor",
        onlyGrantOption: true,
      });
      pgm.createCast!("text", "integer", { inout: true, as: "ASSIGNMENT" });
      pgm.dropCast!("text", "integer", { ifExists: true });
    },
    reversible: false,
  },
  {
    name: "sql with a template",
    before: (pgm) => void pgm.createSchema!("a b"),
    up: (pgm) => {
      pgm.sql!(
        "create table {name} (a int default {number}, b text default {text}, c int[] default {list})",
        {
          name: { schema: "a b", name: 'odd "name"' },
          number: 5,
          text: pgm.func!("'x'"),
          list: [1, 2],
        },
      );
      pgm.sql!("comment on table {name} is 'a; {unknown}' -- the end", {
        name: { schema: "a b", name: 'odd "name"' },
      });
      pgm.sql!("create table {t} ();\n\n", { t: "plain" });
    },
    reversible: false,
  },
];

describe.each(CASES)("$name", ({ before, up, reversible = true }) => {
  test("has the effect that the real builder's has", async () => {
    await using ours = await freshDatabase();
    await using theirs = await freshDatabase();
    for (const part of before ? [before, up] : [up]) {
      expect(normal(await run(ours, part, own(), false))).toEqual(
        normal(await run(theirs, part, real(), false)),
      );
      expect(await shape(ours)).toBe(await shape(theirs));
    }
    if (reversible) {
      const full = await shape(ours);
      expect(normal(await run(ours, up, own(), true))).toEqual(
        normal(await run(theirs, up, real(), true)),
      );
      expect(await shape(ours)).toBe(await shape(theirs));
      expect(await shape(ours)).not.toBe(full);
    } else {
      const pgm = own();
      pgm.enableReverseMode();
      expect(() => up(pgm)).toThrow("reverse");
    }
  });
});

function own(): Pgm {
  const refuse = (call: string, why: string): Error => new Error(`${call} ${why}`);
  return createBuilder(SHORTHANDS, refuse) as Pgm;
}

const Installed = (await installedBuilder(import.meta.filename))!;

function real(): Pgm {
  return new Installed({ query() {}, select() {} }, SHORTHANDS, false, console) as Pgm;
}

async function run(
  db: TestDatabase,
  part: (pgm: Pgm) => void,
  pgm: Pgm,
  backwards: boolean,
): Promise<readonly string[]> {
  if (backwards) pgm.enableReverseMode();
  part(pgm);
  for (const step of pgm.getSqlSteps()) {
    try {
      await db.admin.query(step);
    } catch (error) {
      throw new Error(`${String(error)} in ${step}`, { cause: error });
    }
  }
  return pgm.getSqlSteps();
}

/** Spaces, the tag of a dollar quote and words that may be left out are no difference. */
function normal(steps: readonly string[]): string[] {
  return steps.map((step) =>
    step
      .replaceAll(/\$pg\w*\$/g, "$$$$")
      .replaceAll(/\s+/g, " ")
      .replace("RENAME COLUMN", "RENAME")
      .trim(),
  );
}

async function shape(db: TestDatabase): Promise<string> {
  const [row] = await db.admin.query<{ fingerprint: string }>(fingerprintQuery(historySchema, ""));
  return row!.fingerprint;
}
