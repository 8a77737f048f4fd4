import { defineRule } from "../../rule.ts";
import { grantedOn, grantOf } from "../support/grants.ts";

/** ALL on these is the same as the one or two privileges that there are. */
const FEW: ReadonlySet<string | undefined> = new Set([
  "OBJECT_FUNCTION",
  "OBJECT_PROCEDURE",
  "OBJECT_ROUTINE",
  "OBJECT_TYPE",
  "OBJECT_DOMAIN",
  "OBJECT_LANGUAGE",
]);

export const grantAll = defineRule({
  id: "grant-all",
  kind: "security",
  severity: "info",
  summary: "All privileges are granted at once",
  why: "GRANT ALL on a table includes TRUNCATE, REFERENCES and TRIGGER (and MAINTAIN since 17), which hardly any application needs, and with which a role can lock or empty the table.",
  instead: "Name the privileges: `GRANT SELECT, INSERT, UPDATE, DELETE`.",
  bad: [
    { history: "create table orders (id bigint);", sql: "grant all on orders to shop;" },
    { sql: "grant all privileges on all tables in schema public to shop;" },
  ],
  good: [
    { history: "create table orders (id bigint);", sql: "grant select, insert on orders to shop;" },
    {
      sql: "grant all on function close(int) to shop;",
      history: "create function close(int) returns int language sql as 'select 1';",
      note: "the same as EXECUTE",
    },
  ],
  otherIds: { migrationPilot: ["MP085"] },
  *check({ node }) {
    const grant = grantOf(node);
    if (grant === undefined || (grant.privileges ?? []).length > 0 || FEW.has(grant.objtype))
      return;
    yield {
      message: `All privileges on ${grantedOn(grant)} are granted, those that lock or empty it included. Name the ones that are needed.`,
    };
  },
});
