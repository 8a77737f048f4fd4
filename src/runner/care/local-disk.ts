/**
 * Free space under a server that runs on this very machine. An address on this machine proves
 * nothing, it may be a tunnel: the server's own postmaster.pid has to be here, with the start and the
 * port that the server tells of itself. Ordinary roles may not ask where the data is, and ordinary
 * users may not read there: then nothing is known, and is said to be.
 */
import { readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "../../postgres/session.ts";

const WHERE = `
  select s.setting as dir,
         pg_catalog.floor(extract(epoch from pg_catalog.pg_postmaster_start_time()))::pg_catalog.text as started
  from pg_catalog.pg_settings s where s.name = 'data_directory'`;

export async function bytesFree(session: Session): Promise<number | undefined> {
  if (!isHere(session.config.host ?? "")) return undefined;
  const [row] = await session.query(WHERE);
  const dir = row?.["dir"];
  if (!dir) return undefined;
  try {
    const pidFile = (await readFile(join(dir, "postmaster.pid"), "utf8")).split("\n");
    // The file is written a moment after the start that is reported, in whole seconds.
    const apart = Math.abs(Number(pidFile[2]) - Number(row["started"]));
    if (pidFile[1] !== dir || apart > 2) return undefined;
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function isHere(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || host.startsWith("127.");
}
