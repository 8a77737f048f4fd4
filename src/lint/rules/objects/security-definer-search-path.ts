import { defineRule } from "../../rule.ts";
import { textOf } from "../support/existing.ts";
import { booleanOption, functionOptions, setsOption } from "../support/functions.ts";
import { laterStatements } from "../support/later.ts";

export const securityDefinerSearchPath = defineRule({
  id: "security-definer-search-path",
  kind: "security",
  severity: "warning",
  summary: "A SECURITY DEFINER function leaves its search_path to the caller",
  why: "It runs with the rights of its owner, and looks its names up where the caller says. Whoever may create a function or a table anywhere can put one of the same name in front, and have it run by the owner.",
  instead:
    "`SET search_path = ''` (or `pg_catalog, pg_temp`) as a part of the function, and names with their schema in it.",
  bad: [
    {
      sql: "create function close(id int) returns void language sql security definer as $$ select 1 $$;",
    },
  ],
  good: [
    {
      sql: "create function close(id int) returns void language sql security definer set search_path = '' as $$ select 1 $$;",
    },
    { sql: "create function close(id int) returns void language sql as $$ select 1 $$;" },
    {
      sql: "create function close(id int) returns void language sql security definer as $$ select 1 $$;\nalter function close(int) set search_path = '';",
    },
  ],
  otherIds: { migrationPilot: ["MP099"], pgrubic: ["ST003", "ST004", "ST005"] },
  *check(context) {
    const found = functionOptions(context.node);
    // ALTER FUNCTION adds to what the function has, which the files may not show.
    if (found?.name === undefined || !found.creates) return;
    const { options, name } = found;
    const definer = booleanOption(options, "security");
    if (definer === undefined || setsOption(options, "search_path")) return;
    const follows = laterStatements(context).some(({ node }) => {
      const later = functionOptions(node);
      return later?.name?.name === name.name && setsOption(later.options, "search_path");
    });
    if (follows) return;
    yield {
      message: `\`${textOf(name)}\` runs with the rights of its owner and looks names up in the caller's search_path. Add SET search_path = '' to it.`,
      at: definer.location,
    };
  },
});
