/** D: the peak of resident memory, with many pending files and with one very big one. */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { lockstep } from "../contenders/lockstep.ts";
import { tables } from "../fixtures.ts";
import { measure, type Command, type Measurement } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { workFolder } from "../work.ts";

const FILES = 10_000;
const COPY_MB = 200;

export async function memory(options: {
  readonly sandbox: Sandbox;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { sandbox, progress } = options;
  progress(`${FILES} pending files`);
  const many = await workFolder("memory-many");
  // Tables would cost the server gigabytes; a row each costs the runner the same.
  const inserts = tables(FILES).map((one, index) => ({
    ...one,
    sql:
      index === 0
        ? "create table bench (\n  id bigint primary key,\n  name text not null\n);\n"
        : `insert into bench (id, name) values (${index}, 'a name that is as long as most names are');\n`,
  }));
  await lockstep.write(many, inserts);
  const files = await peak(lockstep.command(many, await sandbox.database()));

  progress(`${COPY_MB} MB of COPY data`);
  const big = await workFolder("memory-copy");
  await writeCopy(join(big, "migrations"));
  const copy = await peak(lockstep.command(big, await sandbox.database()));
  return {
    title: "D. Memory",
    lines: [
      verdict(`${FILES} pending files`, files.peakMb ?? Infinity, 250, " MB"),
      verdict(`a migration with ${COPY_MB} MB of COPY data`, copy.peakMb ?? Infinity, 300, " MB"),
      "",
      ...table(
        ["", "peak RSS MB", "wall s"],
        [
          [`${FILES} pending files`, files.peakMb!.toFixed(0), (files.wallMs / 1000).toFixed(1)],
          [`${COPY_MB} MB of COPY`, copy.peakMb!.toFixed(0), (copy.wallMs / 1000).toFixed(1)],
        ],
      ),
    ],
  };
}

/** The lower of two would hide what the garbage collector may do, so it is one run. */
function peak(command: Command): Promise<Measurement> {
  return measure(command, { memory: true });
}

async function writeCopy(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const out = createWriteStream(join(folder, "20240101000000_copy.sql"));
  out.write("create table big (id bigint, note text);\ncopy big (id, note) from stdin;\n");
  const note = "x".repeat(990);
  for (let row = 0; row < COPY_MB * 1024; row += 1024) {
    const lines = Array.from({ length: 1024 }, (_, at) => `${1_000_000 + row + at}\t${note}\n`);
    if (!out.write(lines.join(""))) await once(out, "drain");
  }
  out.end("\\.\n");
  await once(out, "close");
}
