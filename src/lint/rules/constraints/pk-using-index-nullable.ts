import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const pkUsingIndexNullable = defineRule({
  id: "pk-using-index-nullable",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A PRIMARY KEY USING INDEX has columns that may be null",
  why: "A primary key makes its columns NOT NULL. Where they are not yet, ADD CONSTRAINT … USING INDEX reads every row under ACCESS EXCLUSIVE, although the index is there.",
  instead:
    "Make the columns NOT NULL before, without a long lock: since 18 by a NOT NULL constraint NOT VALID that is validated later, before by a validated CHECK (column IS NOT NULL).",
  bad: [
    {
      history:
        "create table users (id bigint, email text);\ncreate unique index users_pkey on users (id);",
      sql: "alter table users add constraint users_pkey primary key using index users_pkey;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint not null, email text);\ncreate unique index users_pkey on users (id);",
      sql: "alter table users add constraint users_pkey primary key using index users_pkey;",
    },
    {
      history:
        "create table users (id bigint, email text);\nalter table users add constraint id_there check (id is not null);\ncreate unique index users_pkey on users (id);",
      sql: "alter table users add constraint users_pkey primary key using index users_pkey;",
      note: "a validated CHECK proves it",
    },
    {
      history:
        "create table users (id bigint, email text);\ncreate unique index users_pkey on users (id);",
      sql: "alter table users alter column id set not null, add constraint users_pkey primary key using index users_pkey;",
      note: "what SET NOT NULL looks at is another rule's",
    },
  ],
  otherIds: { eugene: ["W14"], atlas: ["PG304"], pgfence: ["add-pk-using-index"] },
  on: "work",
  *check(context) {
    yield* reportWork(context, "pk-using-index-nullable", () => ({
      advice: "Make the columns NOT NULL first, without a long lock.",
      fix: { title: "Prove NOT NULL first", edits: [], recipe: "set-not-null" },
    }));
  },
});
