import { tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { subCommands } from "../support/alter-table.ts";
import { reportWork } from "../support/work.ts";

export const fkWithoutNotValid = defineRule({
  id: "fk-without-not-valid",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A foreign key is checked for all rows while writes to two tables wait",
  why: "ADD FOREIGN KEY takes SHARE ROW EXCLUSIVE on the table and on the one that it refers to, and looks up every row before it lets go: no row of either can be written until then.",
  instead:
    "Add it `NOT VALID`, which holds for new rows at once, and `VALIDATE CONSTRAINT` in a later transaction, under a lock that stops nobody. Before 18 a partitioned table takes no NOT VALID foreign key: give it to each partition so, validate, and add it to the parent last.",
  bad: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);",
      sql: "alter table orders add constraint orders_customer_fk foreign key (customer_id) references customers;",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);\nalter table orders add constraint orders_customer_fk foreign key (customer_id) references customers not enforced;",
      sql: "alter table orders alter constraint orders_customer_fk enforced;",
      note: "since 18: to enforce it is to validate it",
    },
  ],
  good: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);",
      sql: "alter table orders add constraint orders_customer_fk foreign key (customer_id) references customers not valid;",
    },
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table orders (id bigint primary key, customer_id bigint);\nalter table orders add constraint orders_customer_fk foreign key (customer_id) references customers;",
      note: "the table is new, and there is nothing to look up",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);",
      sql: "alter table orders add constraint orders_customer_fk foreign key (customer_id) references customers not enforced;",
    },
  ],
  otherIds: {
    squawk: ["adding-foreign-key-constraint", "constraint-missing-not-valid"],
    eugene: ["E1"],
    strongMigrations: ["add_foreign_key"],
    atlas: ["PG306"],
    migrationPilot: ["MP005"],
    pgMigrationLint: ["PGM014"],
    postgresLanguageServer: ["addingForeignKeyConstraint"],
    pgrubic: ["US012"],
  },
  *check(context) {
    const { catalog, target } = context;
    const enforces = subCommands(context, "AT_AlterConstraint").length > 0;
    yield* reportWork(context, "fk-without-not-valid", ({ key }) => {
      if (enforces) {
        return "Drop it, add it again NOT VALID, and validate that in a later transaction.";
      }
      if (tableAt(catalog, key)?.kind === "partitioned-table" && target.version < 18) {
        return "Add it to each partition NOT VALID, validate it there, and add it to the parent last.";
      }
      return {
        advice: "Add it NOT VALID, and validate it in a later transaction.",
        fix: { title: "Add it NOT VALID, and validate later", edits: [], recipe: "foreign-key" },
      };
    });
  },
});
