/**
 * A streaming standby of a test's own server. npm's binaries have no pg_basebackup: the data of the
 * primary is copied while it is stopped, which is as good.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile, chmod, chown } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startServer, type SandboxServer, type ServerOptions } from "../../src/sandbox/server.ts";
import { asServerUser, serverUser } from "../../src/sandbox/server-user.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { waitUntil } from "./wait-until.ts";

const run = promisify(execFile);

export interface Standby extends AsyncDisposable {
  readonly server: SandboxServer;
  close(): Promise<void>;
}

/** Stops the primary for the moment of the copy, and waits until the standby streams. */
export async function startStandby(
  primary: SandboxServer,
  { settings = {} }: Pick<ServerOptions, "settings"> = {},
): Promise<Standby> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-standby-"));
  const dataDir = join(folder, "data");
  await own(folder);
  await primary.stop();
  await run("cp", ["-Rp", primary.dataDir, dataDir], asServerUser());
  await rm(join(dataDir, "postmaster.pid"), { force: true });
  await primary.start();
  await writeFile(join(dataDir, "standby.signal"), "");
  await own(join(dataDir, "standby.signal"), 0o600);
  const name = "standby_a";
  const server = await startServer({
    version: primary.version,
    dataDir,
    settings: {
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`,
      ...settings,
    },
  });
  const close = async (): Promise<void> => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    await rm(`${dataDir}.log`, { force: true });
  };
  try {
    await waitUntil(
      async () => {
        const [rows] = await runSql(
          primary.url(),
          `select 1 from pg_stat_replication where application_name = '${name}' and state = 'streaming'`,
        );
        return rows?.length;
      },
      { what: "the standby to stream", deadlineMs: 20_000 },
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { server, close, [Symbol.asyncDispose]: close };
}

async function own(path: string, mode = 0o700): Promise<void> {
  await chmod(path, mode);
  const user = serverUser();
  if (user !== undefined) await chown(path, user.uid, user.gid);
}
