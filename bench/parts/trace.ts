/**
 * F: a trace of one pending file behind 300 migrations of history. Cold: the history is replayed and
 * kept; warm: it was kept by the trace before. The binaries are unpacked and initialised either way.
 */
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mixed, writeMigrations } from "../fixtures.ts";
import { measure, type Command, type Measurement } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { LOCKSTEP, workFolder } from "../work.ts";

const HISTORY = 300;
const COLD_MS = 6000;
const WARM_MS = 1500;

export async function traceOne(options: {
  readonly rounds: number;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { rounds, progress } = options;
  const folder = await workFolder("trace");
  const migrations = join(folder, "migrations");
  const history = mixed(HISTORY);
  await writeMigrations(migrations, history);
  const first = join(migrations, `${history[0]!.version}_${history[0]!.name}.sql`);
  const text = await readFile(first, "utf8");
  await writeFile(
    join(migrations, "29990101000000_pending.sql"),
    "alter table bench_7 add column note text not null default '';\n",
  );
  const command: Command = {
    argv: [process.execPath, LOCKSTEP, "trace", "migrations/29990101000000_pending.sql"],
    cwd: folder,
  };
  const cold: Measurement[] = [];
  const warm: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    // Another first file, another history: nothing of it is kept.
    await writeFile(first, `-- ${randomUUID()}\n${text}`);
    cold.push(await measure(command));
    warm.push(await measure(command), await measure(command));
  }
  const best = (of: readonly Measurement[], key: "wallMs" | "cpuMs"): number =>
    Math.min(...of.map((one) => one[key]));
  return {
    title: `F. A trace of one pending file, ${HISTORY} in the history`,
    lines: [
      verdict("cold", best(cold, "wallMs"), COLD_MS, " ms"),
      verdict("warm", best(warm, "wallMs"), WARM_MS, " ms"),
      "",
      ...table(
        ["", "wall ms", "CPU ms of the command"],
        [
          ["cold", cold],
          ["warm", warm],
        ].map(([label, of]) => [
          label as string,
          best(of as Measurement[], "wallMs").toFixed(0),
          best(of as Measurement[], "cpuMs").toFixed(0),
        ]),
      ),
    ],
  };
}
