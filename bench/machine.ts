/** What the numbers were measured on: the kind of machine, and nothing that names it. */
import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { runSql } from "../src/postgres/admin.ts";
import type { Sandbox } from "../src/sandbox/sandbox.ts";

const TMPFS = 0x01021994;

export async function describeMachine(sandbox: Sandbox): Promise<string[]> {
  const [[server]] = (await runSql(
    sandbox.url(),
    "select pg_catalog.current_setting('server_version') as version, pg_catalog.current_setting('fsync') as fsync",
  )) as [[{ version: string; fsync: string }]];
  const cores = cpus();
  const disk = statfsSync(tmpdir()).type === TMPFS ? "in memory (!)" : "on a disk";
  const load = Number(execFileSync("cut", ["-d ", "-f1", "/proc/loadavg"], { encoding: "utf8" }));
  return [
    `${new Date().toISOString().slice(0, 10)}; ${process.platform} ${process.arch}, ${cores.length} cores (${cores[0]?.model ?? "unknown"}),`,
    `${Math.round(totalmem() / 2 ** 30)} GB; Node ${process.version}, PostgreSQL ${server.version}, fsync ${server.fsync}, data ${disk};`,
    `load average ${load.toFixed(1)} at the start${load > cores.length / 2 ? " (the machine was busy with other work: compare ratios, not milliseconds)" : ""}.`,
  ];
}
