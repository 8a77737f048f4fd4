/** C: `up` with nothing pending, which is what every pod pays at every start. */
import { existsSync } from "node:fs";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { startProxy } from "../../test/support/proxy.ts";
import type { Script } from "../bundle.ts";
import { programOnPath } from "../contenders/contender.ts";
import { DBMATE, dbmate } from "../contenders/dbmate.ts";
import { lockstep } from "../contenders/lockstep.ts";
import { tables } from "../fixtures.ts";
import { interleave, named, type Runner } from "../interleave.ts";
import { measure, type Command } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { workFolder } from "../work.ts";

const APPLIED = 1000;
const PG = "pg script: connect, one query";
const LEAN = "the same without pg's probe for Cloudflare";

export async function noOp(options: {
  readonly sandbox: Sandbox;
  readonly script: Script;
  readonly rounds: number;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { sandbox, script, rounds, progress } = options;
  progress(`applying ${APPLIED} migrations`);
  const folder = await workFolder("no-op");
  await lockstep.write(folder, tables(APPLIED));
  const url = await sandbox.database();
  const up = lockstep.command(folder, url);
  await measure(up);

  const env = { DATABASE_URL: url };
  const node = process.execPath;
  const runners: Runner[] = [
    runner(lockstep.label, "all files read and compared with the history", up),
    runner(PG, "the yardstick", { argv: [node, script("one-query")], env }),
    runner(LEAN, "bundled as the command is", { argv: [node, script("one-query-lean")], env }),
    runner("node -e 0", "the start of Node", { argv: [node, "-e", "0"] }),
  ];
  if (programOnPath("psql")) {
    runners.push(runner("psql -c 'select 1'", "", { argv: ["psql", "-Xqc", "select 1", url] }));
  }
  if (existsSync(DBMATE)) runners.push(await dbmateRunner(sandbox));
  const rows = await interleave(runners, rounds, progress);
  const cpu = (label: string): number => named(rows, label).cpuMs;
  return {
    title: `C. Nothing pending, ${APPLIED} applied`,
    lines: [
      verdict(`CPU, \`up\` to ${PG}`, cpu(lockstep.label) / cpu(PG), 1.25),
      verdict(`CPU, \`up\` to ${LEAN}`, cpu(lockstep.label) / cpu(LEAN), 1.25),
      verdict(
        "round trips after authentication",
        await afterAuthentication(sandbox, up, url),
        2,
      ).replace(".00", ""),
      "",
      ...table(
        ["", "CPU ms", `x ${PG}`, "wall ms", ""],
        rows.map(({ label, cpuMs, wallMs, note }) => [
          label,
          cpuMs.toFixed(0),
          (cpuMs / cpu(PG)).toFixed(2),
          wallMs.toFixed(0),
          note,
        ]),
      ),
      "",
      "pg asks at its load whether it runs at Cloudflare, in a way that makes Node 20 load undici.",
      "The published command is bundled without that question, hence two yardsticks.",
    ],
  };
}

function runner(label: string, note: string, command: Command): Runner {
  return { label, note, run: () => measure(command) };
}

async function dbmateRunner(sandbox: Sandbox): Promise<Runner> {
  const folder = await workFolder("no-op-dbmate");
  await dbmate.write(folder, tables(APPLIED));
  const command = dbmate.command(folder, await sandbox.database());
  await measure(command);
  return runner(
    "dbmate, nothing pending",
    "does not look at the content of applied files",
    command,
  );
}

/**
 * Without a password the start of the session is one round trip. `sslmode=prefer` of the address
 * asks a server without TLS on a connection of its own first, before authentication.
 */
async function afterAuthentication(sandbox: Sandbox, up: Command, url: string): Promise<number> {
  const proxy = await startProxy({ target: { host: "127.0.0.1", port: sandbox.server.port } });
  try {
    await measure({ ...up, env: { DATABASE_URL: proxy.url(url) } });
    const sessions = proxy.stats().perConnection.filter((one) => one.frontendMessages["startup"]);
    return sessions.reduce((sum, one) => sum + one.roundTrips - 1, 0);
  } finally {
    await proxy.close();
  }
}
