/** Which format a folder is taken for, and that ours is never taken for another's. */
import { expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { Failure } from "../../src/failures/failure.ts";
import { project } from "../support/project.ts";

async function formatOf(...names: readonly (string | [string, string])[]): Promise<string> {
  const files = Object.fromEntries(
    names.map((one) =>
      typeof one === "string" ? [`m/${one}`, "select 1;\n"] : [`m/${one[0]}`, one[1]],
    ),
  );
  const { dir } = await project({ files });
  return (await readSource(["m"], { cwd: dir, env: {} })).format;
}

test.each([
  [["1_a.sql"]],
  [["1_a.sql", "1_a.down.sql", "R__view.sql", "2_b.ts"]],
  [["20240101120000_a.sql", "20240101120000_a.down.sql"]],
  [[["1_a.sql", "-- see the atlas: page 3\nselect 1;"] as [string, string]]],
  [[["1_a.sql", "select 'migrate:up';"] as [string, string]]],
])("%j is our own format", async (names) => {
  expect(await formatOf(...names)).toBe("native");
});

test("the signs of two tools are an error that says which", async () => {
  const work = formatOf(
    ["1_a.sql", "-- migrate:up\nselect 1;\n-- migrate:down\n"],
    ["V1__a.sql", "select 1;"],
    ["V2__b.sql", "select 1;"],
  );
  const failure: unknown = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  const { class: id, exitCode, notes } = failure as Failure;
  expect([id, exitCode]).toEqual(["file.format", 65]);
  expect(notes.join("\n")).toContain("dbmate: ");
});

test("an unknown format is named with the nearest one", async () => {
  const { dir } = await project({ files: { "m/1_a.sql": "select 1;" } });
  await expect(readSource(["m"], { cwd: dir, env: {}, format: "dbmat" })).rejects.toThrow(
    "`dbmat` is not a format of migrations.",
  );
});
