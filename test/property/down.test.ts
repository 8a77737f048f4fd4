/**
 * Down to a random version and up again ends as going straight up: the down scripts of a reversible
 * folder take back exactly what the up scripts did, in the reverse order, and the history forgets
 * them; also when the way down is killed and begun again.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { folders, killAt, kills } from "./folder.ts";
import { expectEnd, expectSettled, outcomeOf } from "./outcome.ts";
import { parameters, timeoutMs } from "./parameters.ts";

describe("a reversible folder", () => {
  it(
    "is the same after a way down and up again",
    async () => {
      const property = fc.asyncProperty(
        folders({ reversible: true }),
        fc.nat({ max: 7 }),
        fc.option(kills, { nil: undefined }),
        async (folder, index, kill) => {
          const { dir, remove } = await project({ files: folder.files });
          await using db = await freshDatabase();
          const run = (args: string[], env: Record<string, string> = {}) =>
            runCli([...args, "--json"], { cwd: dir, url: db.url, env });
          expectEnd(await run(["up"]), [0]);
          const straight = await outcomeOf(db);

          const to = ["0", ...folder.versions][index % (folder.versions.length + 1)]!;
          if (kill) {
            const first = await run(["down", "--to", to], {
              LOCKSTEP_TEST_KILL_AT: killAt(folder, kill),
            });
            expectEnd(first, [0, "SIGKILL"]);
          }
          expectEnd(await run(["down", "--to", to]), [0]);
          const left = await db.admin.query<{ version: string }>(
            "select version::text as version from lockstep.migrations where version is not null order by seq",
          );
          const kept = folder.versions.filter((version) => Number(version) <= Number(to));
          expect(left.map(({ version }) => version)).toEqual(kept);

          expectEnd(await run(["up"]), [0]);
          const again = await outcomeOf(db);
          expect({ ...again, history: again.history.toSorted() }).toEqual({
            ...straight,
            history: straight.history.toSorted(),
          });
          await expectSettled(db);
          await remove();
        },
      );
      await fc.assert(property, parameters(0.25));
    },
    timeoutMs(),
  );
});
