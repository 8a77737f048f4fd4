/** The inputs that every command on a database takes, as its flags. */
import { type Environment, input, lines } from "./workflow.ts";

/**
 * With the address of the database where Lockstep looks for it. No flag: everybody on the machine
 * can read arguments.
 */
export function withUrl(env: Environment): Environment {
  const url = input(env, "url");
  return url === "" ? env : { ...env, LOCKSTEP_URL: url };
}

export function flagsOf(env: Environment): string[] {
  return [...projectFlags(env), ...lines(env, "args")];
}

/** Without those that belong to one command. */
export function projectFlags(env: Environment): string[] {
  const flags: string[] = [];
  give(flags, "--env", input(env, "environment"));
  give(flags, "--config", input(env, "config"));
  for (const dir of lines(env, "dir")) give(flags, "--dir", dir);
  return flags;
}

export function give(flags: string[], flag: string, value: string): void {
  if (value !== "") flags.push(flag, value);
}
