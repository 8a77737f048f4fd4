/** A: 500 small migrations on an empty database, the whole process, on a disk that really flushes. */
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { runSql } from "../../src/postgres/admin.ts";
import type { Script } from "../bundle.ts";
import { baselines, DEFERRED, EACH, SINGLE } from "../contenders/baseline.ts";
import type { Contender } from "../contenders/contender.ts";
import { dbmate } from "../contenders/dbmate.ts";
import { drizzleKit, drizzleOrm } from "../contenders/drizzle.ts";
import { lockstep, lockstepEach } from "../contenders/lockstep.ts";
import { nodePgMigrate, nodePgMigrateEach } from "../contenders/node-pg-migrate.ts";
import { ON_PATH } from "../contenders/on-path.ts";
import type { SmallMigration } from "../fixtures.ts";
import { interleave, named, type Best } from "../interleave.ts";
import { measure } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { workFolder } from "../work.ts";

export interface ManySmallOptions {
  readonly title: string;
  readonly sandbox: Sandbox;
  readonly script: Script;
  readonly migrations: readonly SmallMigration[];
  readonly rounds: number;
  /** Without the other tools: only ourselves and the yardsticks. */
  readonly short?: boolean;
  readonly progress: (text: string) => void;
}

export async function manySmall(options: ManySmallOptions): Promise<Section> {
  const { sandbox, migrations, rounds, progress } = options;
  const others: readonly Contender[] = options.short
    ? []
    : [
        dbmate,
        nodePgMigrate,
        nodePgMigrateEach,
        drizzleOrm(options.script),
        drizzleKit,
        ...ON_PATH,
      ];
  const contenders = [lockstep, lockstepEach, ...baselines(options.script), ...others].filter(
    (one) => one.available(),
  );
  const runners = [];
  for (const [index, contender] of contenders.entries()) {
    const folder = await workFolder(`many-small-${index}`);
    await contender.write(folder, migrations);
    runners.push({
      label: contender.label,
      note: contender.note,
      run: () => once(sandbox, contender, folder),
    });
  }
  const rows = await interleave(runners, rounds, progress);
  return {
    title: options.title,
    lines: [
      ...verdicts(rows),
      "",
      ...table(
        ["", "wall ms", `x ${EACH}`, "CPU ms", ""],
        rows
          .toSorted((a, b) => a.wallMs - b.wallMs)
          .map((row) => [
            row.label,
            row.wallMs.toFixed(0),
            (row.wallMs / named(rows, EACH).wallMs).toFixed(2),
            row.cpuMs.toFixed(0),
            row.note,
          ]),
      ),
    ],
  };
}

/** Each repetition has a database of its own, made and flushed before the clock starts. */
async function once(sandbox: Sandbox, contender: Contender, folder: string) {
  const url = await sandbox.database();
  await runSql(sandbox.url(), "checkpoint");
  try {
    return await measure(contender.command(folder, url));
  } finally {
    await sandbox.dropDatabase(new URL(url).pathname.slice(1));
  }
}

function verdicts(rows: readonly Best[]): string[] {
  const ratio = (label: string, yardstick: string): number =>
    named(rows, label).wallMs / named(rows, yardstick).wallMs;
  return [
    verdict(`\`lockstep up\` to ${EACH}`, ratio(lockstep.label, EACH), 1.25),
    verdict(`with a flush per file, to ${EACH}`, ratio(lockstepEach.label, EACH), 1.25),
    verdict(`\`lockstep up\` to ${DEFERRED}`, ratio(lockstep.label, DEFERRED), 1.25),
    `- \`lockstep up\` to ${SINGLE}: ${ratio(lockstep.label, SINGLE).toFixed(2)}`,
  ];
}
