/** The proof is one that can fail: wrong sequences of every kind are found out. */
import { describe, expect, test } from "vitest";
import { createProver } from "../../src/fix/prove/prover.ts";
import type { Proof } from "../../src/fix/prove/prove.ts";
import { migrationsFromData } from "../../src/migrations/from-data.ts";
import { nativeSet } from "../../src/migrations/migration.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import { testedVersion } from "../support/postgres.ts";

const HISTORY = `create table users (id bigint primary key, email text, plan text default 'free');
create table teams (id bigint primary key, owner bigint references users (id), mood text);
`;

async function proofOf(original: string, ...sequence: readonly string[]): Promise<Proof> {
  const [history, before] = migrationsFromData([
    { name: "1_history.sql", sql: HISTORY },
    { name: "2_change.sql", sql: original },
  ]);
  const files = migrationsFromData(
    sequence.map((sql, index) => ({ name: `${index + 2}_step.sql`, sql })),
  );
  await using prover = createProver({
    set: nativeSet([history!, before!]),
    lint: { files: [], report: [], version: testedVersion() },
    settings: DEFAULT_SETTINGS,
    cwd: process.cwd(),
    cache: false,
    signal: new AbortController().signal,
  });
  return prover.prove({
    original: before!,
    sequence: files,
    planned: new Set(files.map(({ id }) => id)),
    tables: [{ schema: "public", name: "teams" }],
    random: new Set(),
    adds: new Set(),
  });
}

describe("a proof", () => {
  test.each([
    [
      "another catalog",
      "alter table users add column age int;",
      ["alter table users add column age bigint;"],
      /only the original makes: column\|public\|users\|age\|integer/,
    ],
    [
      "a constraint that stays unproved",
      "alter table users add constraint there check (email <> '');",
      ["alter table users add constraint there check (email <> '') not valid;"],
      /constraint\|public\|users\|there/,
    ],
    [
      "rows that got other values",
      "alter table teams add column size int default 2;",
      [
        "alter table teams add column size int;\nalter table teams alter column size set default 2;",
        "update teams set size = 3;",
      ],
      /the rows of "public"\."teams" are different/,
    ],
    [
      "rights that are lost",
      "grant select (email) on users to public;\nalter table users rename column email to mail;",
      [
        "grant select (email) on users to public;",
        "alter table users add column mail text;\nupdate users set mail = email;\nalter table users drop column email;",
      ],
      /details\|public\|users\|mail/,
    ],
    [
      "the same long work",
      "alter table users alter column email set not null;",
      ["alter table users alter column email set not null;"],
      /2_step:1 reads all of `users` under ACCESS EXCLUSIVE/,
    ],
    [
      "a file that fails",
      "alter table users add column age int;",
      ["alter table users add column age int;", "alter table users drop column nothing;"],
      /the new files fail on the sandbox: .*nothing/,
    ],
    [
      "an original that fails",
      "alter table users drop column nothing;",
      ["select 1;"],
      /the original itself fails/,
    ],
  ])("fails for %s", async (_name, original, sequence, reason) => {
    const proof = await proofOf(original, ...sequence);
    expect(proof.proved).toBe(false);
    expect(proof.against.join("\n")).toMatch(reason);
  });

  test("holds for the same in steps, whatever the order of columns", async () => {
    const proof = await proofOf(
      "alter table users add column a int, add column b int default 1;",
      "alter table users add column b int default 1;",
      "alter table users add column a int;",
    );
    expect(proof).toEqual({ proved: true, against: [], notes: [] });
  });

  test("is made without rows where the original does not bear any", async () => {
    const same = "alter table teams add constraint sad check (mood = 'sad') not valid;";
    const proof = await proofOf(
      `${same}\nalter table teams validate constraint sad;`,
      same,
      "alter table teams validate constraint sad;",
    );
    expect(proof.proved).toBe(true);
    expect(proof.notes.join()).toMatch(/Compared without rows/);
  });
});
