import { columnOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { indexElements, namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

export const ginJsonb = defineRule({
  id: "gin-jsonb",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A GIN index on jsonb takes the default operator class",
  why: "`jsonb_ops` has an entry for each key and each value. `jsonb_path_ops` has one for each path: it is several times smaller and faster, and serves `@>`, `@?` and `@@`, but not `?`.",
  instead:
    "`USING gin (column jsonb_path_ops)`, unless queries ask for keys with `?`; or a B-tree on the one path that is asked for.",
  bad: [
    {
      history: "create table events (id bigint primary key, data jsonb);",
      sql: "create index concurrently events_data_idx on events using gin (data);",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key, data jsonb);",
      sql: "create index concurrently events_data_idx on events using gin (data jsonb_path_ops);",
    },
    {
      history: "create table events (id bigint primary key, tags text[]);",
      sql: "create index concurrently events_tags_idx on events using gin (tags);",
    },
  ],
  otherIds: { migrationPilot: ["MP050"] },
  *check({ node, catalog }) {
    if (!("IndexStmt" in node) || node.IndexStmt.accessMethod !== "gin") return;
    const { table, name } = subjectOf(catalog, node.IndexStmt.relation);
    for (const { name: column, opclass } of indexElements(node.IndexStmt)) {
      const type = columnOf(table, column)?.type;
      if (opclass !== undefined || type?.name !== "jsonb" || type.array) continue;
      yield {
        message: `${namedIndex(node.IndexStmt)} has every key and value of \`${name}.${column}\`. \`jsonb_path_ops\` is far smaller, and serves all but \`?\`.`,
        relation: name,
      };
    }
  },
});
