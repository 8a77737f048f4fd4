import { expect, it } from "vitest";
import { readDebugMessage } from "./debug-messages.ts";

const CASES: [message: string, read: ReturnType<typeof readDebugMessage>][] = [
  ['rewriting table "t"', { about: "work", kind: "rewrite", table: "t" }],
  ['verifying table "a "" b"', { about: "work", kind: "scan", table: 'a "" b' }],
  [
    'building index "i" on table "t" serially',
    { about: "work", kind: "index-build", table: "t", index: "i" },
  ],
  [
    'building index "i" on table "t" with request for 2 parallel workers',
    { about: "work", kind: "index-build", table: "t", index: "i" },
  ],
  ['validating foreign key constraint "f"', { about: "validation", constraint: "f" }],
  ...[
    'existing constraints on column "t.c" are sufficient to prove that it does not contain nulls',
    'partition constraint for table "t" is implied by existing constraints',
    'updated partition constraint for default partition "t" is implied by existing constraints',
  ].map((message): (typeof CASES)[number] => [message, { about: "proof", message }]),
  ['ALTER TABLE / ADD PRIMARY KEY will create implicit index "t_pkey" for table "t"', undefined],
];

it.each(CASES)("%s", (message, read) => {
  expect(readDebugMessage(message)).toEqual(read);
});
