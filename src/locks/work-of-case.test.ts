import { describe, expect, it } from "vitest";
import { CATALOGUE } from "./catalogue.ts";
import { WORK_KINDS } from "./lock-facts.ts";
import { loadLockFacts } from "./locks-of-statement.ts";
import { workOfCase } from "./work-of-case.ts";

const VERSIONS = await Promise.all(
  [14, 15, 16, 17, 18].map(async (major) => [major, await loadLockFacts(major)] as const),
);

describe("workOfCase", () => {
  it("tells the cases of a shape apart, and the shape is their union", async () => {
    for (const [, facts] of VERSIONS) {
      expect(workOfCase(facts, "alter-table/set-not-null:scan")).toEqual({
        target: ["scan"],
        child: ["scan"],
      });
      expect(workOfCase(facts, "alter-table/set-not-null:proved")).toEqual({});
      expect(facts["alter-table/set-not-null:proved"]?.proof).toBe(true);
      expect(workOfCase(facts, "alter-table/set-not-null")?.target).toEqual(["scan"]);
    }
  });

  it("is undefined for what the version does not have, and for what nobody measured", async () => {
    expect(
      workOfCase(await loadLockFacts(17), "alter-table/add-check:not-enforced"),
    ).toBeUndefined();
    expect(workOfCase(await loadLockFacts(18), "alter-table/add-check:not-enforced")).toEqual({});
    expect(workOfCase(await loadLockFacts(18), "constructor")).toBeUndefined();
  });
});

it("every entry of the catalogue is in the facts of each version that has it", () => {
  for (const [major, facts] of VERSIONS) {
    const missing = CATALOGUE.filter(({ since = 0 }) => since <= major)
      .map((entry) => (entry.case === undefined ? entry.id : `${entry.id}:${entry.case}`))
      .filter((id) => workOfCase(facts, id) === undefined);
    expect({ major, missing }).toEqual({ major, missing: [] });
  }
});

it("a shape's facts are no weaker than those of its cases", () => {
  const apart = new Set(
    CATALOGUE.filter((entry) => entry.apart).map((entry) => `${entry.id}:${entry.case}`),
  );
  for (const [major, facts] of VERSIONS) {
    for (const [id, { work = {}, locks }] of Object.entries(facts)) {
      const shape = facts[id.split(":")[0] ?? id];
      if (apart.has(id)) continue;
      expect(Object.keys(shape?.locks ?? {}), id).toEqual(
        expect.arrayContaining(Object.keys(locks)),
      );
      for (const [role, kinds] of Object.entries(work)) {
        const union = Object.entries(shape?.work ?? {}).find(([other]) => other === role)?.[1];
        expect(union, `${id} on ${major}`).toEqual(expect.arrayContaining([...kinds]));
        expect(union).toEqual(WORK_KINDS.filter((kind) => union?.includes(kind)));
      }
    }
  }
});
