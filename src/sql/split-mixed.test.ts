import { expect, test } from "vitest";
import { splitMixed } from "./split-mixed.ts";
import { parseText } from "./test-parse.ts";
import { decideTransaction } from "./transaction-mode.ts";

async function split(text: string) {
  const bytes = Buffer.from(text, "utf8");
  const parts = splitMixed(await parseText(bytes), bytes);
  // Whatever is split must be ready to run.
  for (const part of parts) {
    expect(decideTransaction(await parseText(part.text)).mode).toBe(part.mode);
  }
  return parts;
}

test("each statement that cannot run in a transaction gets its own file", async () => {
  const text = [
    "-- Copyright",
    "-- about t",
    "create table t (a int); -- the table",
    "select 1;",
    "",
    "-- about i",
    "create index concurrently i on t (a);",
    "vacuum t; select 2;",
    "/* rows */ copy t from stdin; -- é",
    "1",
    "\\.",
    "select 3 -- end",
    "",
  ];
  expect(await split(text.join("\n"))).toEqual([
    { suffix: "part_1", mode: "file", text: `${text.slice(0, 4).join("\n")}\n` },
    { suffix: "part_2", mode: "none", text: `${text.slice(4, 7).join("\n")}\n` },
    { suffix: "part_3", mode: "none", text: "vacuum t;\n" },
    { suffix: "part_4", mode: "file", text: ` select 2;\n${text.slice(8).join("\n")}` },
  ]);
});

test("role, timeouts and settings hold in every part, the mode of the whole in none", async () => {
  const text =
    '-- a\n-- lockstep:transaction file\n-- lockstep:role "A ""b"\n-- lockstep:lock-timeout 5s\n-- lockstep:statement-timeout 1min\n' +
    "set search_path = a;\ncreate table t (a int);\ndrop index concurrently i;\nselect 1";
  const repeated =
    '-- lockstep:lock-timeout 5000ms\n-- lockstep:statement-timeout 60000ms\n-- lockstep:role "A ""b"\nset search_path = a;\n';
  const parts = await split(text);
  expect(parts.map((part) => part.text)).toEqual([
    '-- a\n-- lockstep:role "A ""b"\n-- lockstep:lock-timeout 5s\n-- lockstep:statement-timeout 1min\n' +
      "set search_path = a;\ncreate table t (a int);\n",
    `${repeated}drop index concurrently i;\n`,
    `${repeated}select 1\n`,
  ]);
});

test("a comment between two statements on one line belongs to the second", async () => {
  const parts = await split("vacuum t; /* about 1 */ select 1");
  expect(parts.map((part) => part.text)).toEqual(["vacuum t;\n", " /* about 1 */ select 1\n"]);
});

test("settings before the first concurrent statement go with it", async () => {
  const parts = await split("set lock_timeout = 0;\nvacuum t;\nselect 1;\n");
  expect(parts.map((part) => part.text)).toEqual([
    "set lock_timeout = 0;\nvacuum t;\n",
    "set lock_timeout = 0;\nselect 1;\n",
  ]);
});

test("an enum value and its first use are kept apart", async () => {
  const text =
    "select 1;\nalter type m add value 'a';\nalter type m add value 'b';\nselect 2;\n-- use\nselect 'a';\nselect 'b';\n";
  const parts = await split(text);
  expect(parts.map((part) => part.text)).toEqual([
    text.slice(0, text.indexOf("-- use")),
    "-- use\nselect 'a';\nselect 'b';\n",
  ]);
});

test("the file's own BEGIN and COMMIT are left out", async () => {
  const parts = await split("-- a\nbegin;\nselect 1;\nvacuum t;\ncommit;\n-- end\n");
  expect(parts.map((part) => part.text)).toEqual(["-- a\n\nselect 1;\n", "vacuum t;\n\n-- end\n"]);
});
