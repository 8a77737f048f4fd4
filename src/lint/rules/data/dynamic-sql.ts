import { bodies } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

/** EXECUTE of a text that is put together with `||`, up to its semicolon. */
const JOINED = /\bexecute\s[^;]*\|\|[^;]*/gi;
const QUOTED = /\bquote_(ident|literal|nullable)\s*\(|\bformat\s*\(/i;

export const dynamicSql = defineRule({
  id: "dynamic-sql",
  kind: "security",
  severity: "warning",
  summary: "SQL is put together from parts that nobody quotes",
  why: "EXECUTE runs whatever the text says. A name with a capital letter or a value with an apostrophe breaks it, and a value that comes from outside can be any statement, run with the rights of the function's owner where it is SECURITY DEFINER.",
  instead: "`EXECUTE format('… %I … %L', name, value)`, or `EXECUTE '… $1' USING value`.",
  bad: [
    {
      sql: "create function drop_it(name text) returns void language plpgsql as $$ begin execute 'drop table ' || name; end $$;",
    },
  ],
  good: [
    {
      sql: "create function drop_it(name text) returns void language plpgsql as $$ begin execute format('drop table %I', name); end $$;",
    },
    {
      sql: "create function drop_it(name text) returns void language plpgsql as $$ begin execute 'drop table ' || quote_ident(name); end $$;",
    },
  ],
  otherIds: { atlas: ["SA101"], migrationPilot: ["MP063"] },
  on: ["CreateFunctionStmt", "DoStmt"],
  *check({ node }) {
    if (!("CreateFunctionStmt" in node) && !("DoStmt" in node)) return;
    const joined = bodies(node).flatMap((body) => body.match(JOINED) ?? []);
    const loose = joined.find((text) => !QUOTED.test(text));
    if (loose === undefined) return;
    yield {
      message: `\`${loose.replace(/\s+/g, " ").trim().slice(0, 60)}\` puts SQL together without quoting. Use format() with %I and %L, or USING.`,
      // What a block puts together is the author's; a function takes what it is given.
      ...("DoStmt" in node && { severity: "info" }),
    };
  },
});
