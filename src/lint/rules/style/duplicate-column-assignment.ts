import { defineRule } from "../../rule.ts";

export const duplicateColumnAssignment = defineRule({
  id: "duplicate-column-assignment",
  kind: "bug",
  severity: "error",
  summary: "A column is given a value twice",
  why: 'PostgreSQL refuses an UPDATE that sets a column twice ("multiple assignments to same column"), and an INSERT that names one twice.',
  instead: "One value for each column.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new', state = 'open' where id = 1;",
      refused: "42601",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "insert into orders (id, state, state) values (1, 'new', 'open');",
      refused: "42701",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, tags text[]);",
      sql: "update orders set tags[1] = 'a', tags[2] = 'b' where id = 1;",
      note: "parts of one value",
    },
  ],
  otherIds: { squawk: ["ban-duplicate-column-assignments"] },
  on: ["InsertStmt", "UpdateStmt"],
  *check({ node }) {
    const lists =
      "UpdateStmt" in node
        ? [node.UpdateStmt.targetList]
        : "InsertStmt" in node
          ? [node.InsertStmt.cols, node.InsertStmt.onConflictClause?.targetList]
          : [];
    for (const list of lists) {
      const seen = new Set<string>();
      for (const target of list ?? []) {
        if (!("ResTarget" in target)) continue;
        const { name, indirection, location } = target.ResTarget;
        if (name === undefined || indirection !== undefined) continue;
        if (seen.has(name))
          yield {
            message: `\`${name}\` is given a value twice, which PostgreSQL refuses. Keep one of the two.`,
            at: location,
          };
        seen.add(name);
      }
    }
  },
});
