/** Where the action runs, and with which Lockstep. */
import { relative, resolve, sep } from "node:path";
import { findLockstep, lockstepIn, type RunLockstep } from "./lockstep.ts";
import { command, type Environment, input, mask, type Write } from "./workflow.ts";

export interface Project {
  readonly env: Environment;
  readonly write: Write;
  /** Root of the repository. */
  readonly workspace: string;
  readonly cwd: string;
  /** The working directory in the repository, with `/`; empty for its root. */
  readonly below: string;
  readonly lockstep: RunLockstep;
}

/** Undefined, and said, when Lockstep is not installed. */
export function openProject(env: Environment, write: Write): Project | undefined {
  for (const secret of secretsOf(env)) write(mask(secret));
  const workspace = resolve(env["GITHUB_WORKSPACE"] ?? ".");
  const cwd = resolve(workspace, input(env, "working-directory") || ".");
  const below = relative(workspace, cwd).split(sep).join("/");
  const asked = input(env, "lockstep") || "node_modules/.bin/lockstep";
  const file = findLockstep(asked, cwd, workspace);
  if (file === undefined) {
    write(command("error", `There is no \`${asked}\`. Install the packages in a step before.`));
    return undefined;
  }
  return { env, write, workspace, cwd, below, lockstep: lockstepIn(file, cwd, env) };
}

/** Addresses of databases and their passwords, as they are written and as they are meant. */
function secretsOf(env: Environment): ReadonlySet<string> {
  const secrets = new Set<string>();
  for (const name of ["LOCKSTEP_URL", "DATABASE_URL"]) {
    const url = env[name]?.trim() ?? "";
    if (url === "") continue;
    secrets.add(url);
    const password = /^[\w+.-]+:\/\/[^/@]*?:([^/]*)@/.exec(url)?.[1] ?? "";
    secrets.add(password).add(decoded(password));
    secrets.add(/\bpassword\s*=\s*'?([^'\s&]+)/.exec(url)?.[1] ?? "");
  }
  secrets.add(env["PGPASSWORD"] ?? "");
  secrets.delete("");
  return secrets;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
