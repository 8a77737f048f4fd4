/** Which files of the working tree differ from a commit: for `--since`. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failures/failure.ts";

const run = promisify(execFile);

/**
 * Absolute paths of what was added or changed since the branch left `ref`, committed or not, new
 * files that git does not know yet included.
 */
export async function changedFiles(ref: string, cwd: string): Promise<ReadonlySet<string>> {
  const git = (...args: string[]): Promise<string> => gitOutput(args, cwd, ref);
  if (ref.startsWith("-")) throw unknownRef(ref, "it begins with a hyphen");
  const root = (await git("rev-parse", "--show-toplevel")).trim();
  const commit = (await git("rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`)).trim();
  // Without a common ancestor (a shallow clone) the commit itself is what there is to compare with.
  const base = (await git("merge-base", commit, "HEAD").catch(() => commit)).trim();
  const changed = await git("diff", "--name-only", "--no-relative", "--diff-filter=d", "-z", base);
  const fresh = await git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", root);
  const names = [...changed.split("\0"), ...fresh.split("\0")].filter((name) => name !== "");
  return new Set(names.map((name) => resolve(root, name)));
}

async function gitOutput(args: readonly string[], cwd: string, ref: string): Promise<string> {
  try {
    const { stdout } = await run("git", args, { cwd, maxBuffer: 1 << 28 });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw unknownRef(ref, "`git` is not installed");
    throw unknownRef(ref, stderr.trim().split("\n").at(-1) ?? String(error));
  }
}

function unknownRef(ref: string, why: string): Failure {
  return new Failure({
    class: "usage",
    what: `What changed since \`${ref}\` cannot be found out: ${why}.`,
    action:
      "Give a commit, branch or tag that this clone has; in CI, fetch the target branch first (a shallow clone does not have it).",
  });
}
