/**
 * A file system of a few megabytes, to fill: the only way to see a real "no space left on device".
 * Mounting needs root (and CAP_SYS_ADMIN, which many containers take away even from root).
 */
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serverUser } from "../../src/sandbox/server-user.ts";
import { onProcessEnd } from "./cleanup.ts";

export interface SmallDisk {
  /** An empty folder owned by the user that the sandbox servers run as. */
  readonly path: string;
  /** Unmounts, even while a server still has files open there. */
  remove(): Promise<void>;
}

export async function smallDisk(sizeMb: number): Promise<SmallDisk | { readonly skip: string }> {
  if (process.platform !== "linux") return { skip: "small disks are tmpfs, which needs Linux" };
  const owner = serverUser();
  if (owner === undefined) return { skip: "mounting a tmpfs needs root" };
  const path = mkdtempSync(join(tmpdir(), "lockstep-disk-"));
  try {
    run("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=0700`, "lockstep-test", path]);
  } catch (error) {
    rmdirSync(path);
    return { skip: `mounting a tmpfs is not allowed here: ${(error as Error).message.trim()}` };
  }
  chownSync(path, owner.uid, owner.gid);
  chmodSync(path, 0o700);

  let mounted = true;
  const unmount = (): void => {
    if (!mounted) return;
    mounted = false;
    // Lazily: the mount point goes now, the memory when the last file is closed.
    run("umount", ["-l", path]);
    rmdirSync(path);
  };
  const forget = onProcessEnd(unmount);
  return {
    path,
    async remove() {
      forget();
      unmount();
    },
  };
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
}
