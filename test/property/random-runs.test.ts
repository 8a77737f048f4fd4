/**
 * Random folders, applied with disturbances by real processes, end exactly as an undisturbed run of
 * the same folder: the same catalog, the same data (whose counters show what ran twice) and the
 * same history.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { runCli, type CliResult } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { folders, killAt, kills as anyKill, type Folder, type Kill } from "./folder.ts";
import { expectEnd, expectSettled, outcomeOf } from "./outcome.ts";
import { parameters, timeoutMs } from "./parameters.ts";

interface Runner {
  readonly kill?: Kill;
  /** `to` is an index into the versions. */
  readonly only?: { readonly to: number } | { readonly count: number };
}

/** Runners that start together; the next round begins when all have ended. */
type Round = readonly Runner[];

const only = fc.oneof(
  fc.record({ to: fc.nat({ max: 7 }) }),
  fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
);
const killed = fc.record({ kill: anyKill });
const anyRunner = fc.record({ kill: anyKill, only }, { requiredKeys: [] });

const CASES: readonly {
  readonly name: string;
  readonly share: number;
  readonly rounds: fc.Arbitrary<readonly Round[]>;
}[] = [
  {
    name: "up to three kills in a row",
    share: 0.5,
    rounds: fc.array(fc.tuple(killed), { minLength: 1, maxLength: 3 }),
  },
  {
    name: "several runs with --to and --count",
    share: 0.25,
    rounds: fc.array(fc.tuple(fc.record({ only })), { minLength: 1, maxLength: 4 }),
  },
  {
    name: "two or three runners at once, some of them killed or limited",
    share: 0.25,
    rounds: fc.array(fc.array(anyRunner, { minLength: 2, maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
];

function start(dir: string, url: string, folder: Folder, runner: Runner): Promise<CliResult> {
  const args = ["up", "--json"];
  const limit = runner.only;
  if (limit && "to" in limit)
    args.push("--to", folder.versions[limit.to % folder.versions.length]!);
  else if (limit) args.push("--count", String(limit.count));
  const env = runner.kill ? { LOCKSTEP_TEST_KILL_AT: killAt(folder, runner.kill) } : {};
  return runCli(args, { cwd: dir, url, env });
}

describe("a random folder of migrations", () => {
  it.each(CASES)(
    "ends as an undisturbed run does, after $name",
    async ({ rounds, share }) => {
      let kills = 0;
      const property = fc.asyncProperty(
        folders({ reversible: false }),
        rounds,
        async (folder, plan) => {
          const { dir, remove } = await project({ files: folder.files });
          await using straight = await freshDatabase();
          await using disturbed = await freshDatabase();
          expectEnd(await start(dir, straight.url, folder, {}), [0]);
          for (const round of plan) {
            const results = await Promise.all(
              round.map((runner) => start(dir, disturbed.url, folder, runner)),
            );
            for (const [index, result] of results.entries()) {
              if (result.signal === "SIGKILL") kills += 1;
              expectEnd(result, round[index]!.kill === undefined ? [0] : [0, "SIGKILL"]);
            }
          }
          expectEnd(await start(dir, disturbed.url, folder, {}), [0]);
          expect(await outcomeOf(disturbed)).toEqual(await outcomeOf(straight));
          await expectSettled(disturbed);
          await remove();
        },
      );
      await fc.assert(property, parameters(share));
      if (share === 0.5) expect(kills).toBeGreaterThan(0);
    },
    timeoutMs(),
  );
});
