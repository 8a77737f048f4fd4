/**
 * The benchmark: `npm run bench` (after `npm install --prefix bench` and `npm run build`).
 *
 *   --only a,c   some of the parts: a many small migrations, b round trips, c nothing pending,
 *                d memory, e reading the folders of other tools, f a trace, g lint,
 *                h gates
 *   --rounds n   repetitions of each contender of a; default 7
 *   --write      put the results into bench/README.md
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSandbox } from "../src/sandbox/sandbox.ts";
import { bundleBaselines } from "./bundle.ts";
import { mixed, tables } from "./fixtures.ts";
import { describeMachine } from "./machine.ts";
import { gates } from "./parts/gates.ts";
import { lintFolders } from "./parts/lint.ts";
import { manySmall } from "./parts/many-small.ts";
import { memory } from "./parts/memory.ts";
import { noOp } from "./parts/no-op.ts";
import { readFolders } from "./parts/read-folders.ts";
import { roundTrips } from "./parts/round-trips.ts";
import { traceOne } from "./parts/trace.ts";
import { render, writeReadme, type Section } from "./report.ts";
import { emptyWork, LOCKSTEP } from "./work.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "a,b,c,d,e,f,g,h" },
    rounds: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const parts = new Set(values.only.split(","));
const rounds = (usual: number): number => Number(values.rounds ?? usual);

if (!existsSync(LOCKSTEP)) throw new Error("dist/ is missing: run `npm run build` first");
if (!existsSync(join(import.meta.dirname, "node_modules"))) {
  throw new Error("the tools to compare with are missing: run `npm install --prefix bench` first");
}
await emptyWork();
const script = await bundleBaselines();
// With fsync, on a disk: what a commit costs is a part of what is compared.
await using sandbox = await createSandbox({ durable: true });
const machine = await describeMachine(sandbox);

const progress =
  (part: string) =>
  (text: string): void =>
    void process.stderr.write(`${part}: ${text}\n`);

const sections: Section[] = [];
if (parts.has("a")) {
  const common = { sandbox, script, rounds: rounds(7) };
  sections.push(
    await manySmall({
      ...common,
      title: "A1. 500 small migrations of five kinds, empty database",
      migrations: mixed(500),
      progress: progress("A1"),
    }),
    await manySmall({
      ...common,
      title: "A2. 500 migrations with one CREATE TABLE each, empty database",
      migrations: tables(500),
      short: true,
      progress: progress("A2"),
    }),
  );
}
if (parts.has("b")) sections.push(await roundTrips({ sandbox, script, progress: progress("B") }));
if (parts.has("c")) {
  sections.push(await noOp({ sandbox, script, rounds: 15, progress: progress("C") }));
}
if (parts.has("d")) sections.push(await memory({ sandbox, progress: progress("D") }));
if (parts.has("e")) sections.push(await readFolders(progress("E")));
if (parts.has("f")) sections.push(await traceOne({ rounds: rounds(3), progress: progress("F") }));
if (parts.has("g"))
  sections.push(await lintFolders({ rounds: rounds(5), progress: progress("G") }));
if (parts.has("h")) sections.push(await gates({ rounds: rounds(3), progress: progress("H") }));

const results = `${machine.join("\n")}\n\n${render(sections)}`;
process.stdout.write(`${results}\n`);
if (values.write) await writeReadme(results);
