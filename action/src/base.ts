/** What a pull request is compared with. */
import { type Ran, run } from "./lockstep.ts";
import type { Environment, PullRequest } from "./workflow.ts";

/**
 * The branch that the pull request goes into. A checkout has one commit by default; then the tip of
 * the branch is fetched, which is what the merged commit that is checked out differs from.
 */
export async function baseOf(
  { base }: PullRequest,
  cwd: string,
  env: Environment,
): Promise<string> {
  const ref = `refs/remotes/origin/${base}`;
  const git = (...args: string[]): Promise<Ran> => run("git", args, cwd, env);
  const known = await git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  // When this fails, Lockstep itself says what is missing.
  if (known.code !== 0) {
    await git("fetch", "--no-tags", "--depth=1", "origin", `+refs/heads/${base}:${ref}`);
  }
  return ref;
}
