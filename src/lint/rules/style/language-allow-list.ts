import { stringOf } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";

const ALLOWED: ReadonlySet<string> = new Set(["sql", "plpgsql"]);

export const languageAllowList = defineRule({
  id: "language-allow-list",
  kind: "security",
  severity: "warning",
  pack: "style",
  summary: "A function is written in a language that few servers have",
  why: "Functions in untrusted languages (`plpython3u`, `c`) can do what the server's operating system user can, and only a superuser may make them. Others need an extension that providers often lack.",
  instead: "`sql` or `plpgsql`, or code in the application.",
  bad: [
    {
      history: "create extension plpython3u;",
      sql: "create function one() returns int language plpython3u as 'return 1';",
      needs: "the extension plpython3u",
    },
  ],
  good: [{ sql: "create function one() returns int language sql as 'select 1';" }],
  otherIds: { pgrubic: ["ST002"] },
  on: ["CreateFunctionStmt", "DoStmt"],
  *check({ node }) {
    const options =
      "CreateFunctionStmt" in node
        ? node.CreateFunctionStmt.options
        : "DoStmt" in node
          ? node.DoStmt.args
          : undefined;
    for (const option of options ?? []) {
      if (!("DefElem" in option) || option.DefElem.defname !== "language") continue;
      const language = stringOf(option.DefElem.arg);
      if (language === undefined || ALLOWED.has(language.toLowerCase())) continue;
      yield {
        message: `\`${language}\` is not there on every server, and may need a superuser. Use sql or plpgsql.`,
        at: option.DefElem.location,
      };
    }
  },
});
