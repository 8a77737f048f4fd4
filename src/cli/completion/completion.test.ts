import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderCompletion } from "../commands/completion.ts";
import { COMMANDS } from "../commands.ts";
import { describeCommand, SHELLS } from "../described.ts";

const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-completion-"));
  for (const shell of SHELLS) writeFileSync(join(folder, shell), renderCompletion(shell));
  mkdirSync(join(folder, "migrations"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SHELLS)("the script for %s has every command and every flag", (shell) => {
  const script = renderCompletion(shell);
  for (const entry of COMMANDS) {
    const { flags } = describeCommand(entry);
    for (const word of [entry.name, ...flags.map((flag) => flag.name)]) {
      expect(script).toContain(word);
    }
  }
});

test.each(SHELLS)("%s accepts its script", (shell) => {
  if (!has(shell)) return;
  const result = spawnSync(shell, ["-n", join(folder, shell)], { encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
});

/** What bash proposes for these words; the last one is being typed. */
function complete(...words: readonly string[]): string[] {
  const script = `
    source "$1"; shift
    COMP_WORDS=(lockstep "$@"); COMP_CWORD=$#
    _lockstep
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["--norc", "-c", script, "bash", join(folder, "bash"), ...words];
  const result = spawnSync("bash", args, { encoding: "utf8" });
  expect(result.stderr).toBe("");
  return result.stdout.split("\n").filter((line) => line !== "");
}

describe.runIf(has("bash"))("in bash", () => {
  test("the first word is a command", () => {
    expect(complete("")).toEqual([...COMMANDS.map((entry) => entry.name), "--help", "--version"]);
    expect(complete("re")).toEqual(["repair", "resolve"]);
  });

  test("a command has its own flags", () => {
    expect(complete("resolve", "--")).toContain("--not-applied");
    expect(complete("status", "--")).not.toContain("--not-applied");
    expect(complete("up", "--lock")).toEqual(["--lock-timeout", "--lock-wait"]);
    expect(complete("up", "--json", "--q")).toEqual(["--quiet"]);
  });

  test("a flag with fixed values has them, in the next word and behind an equals sign", () => {
    expect(complete("up", "--out-of-order", "")).toEqual(["refuse", "allow"]);
    expect(complete("up", "--out-of-order", "=")).toEqual(["refuse", "allow"]);
    expect(complete("up", "--out-of-order", "=", "al")).toEqual(["allow"]);
    expect(complete("plan", "--direction", "d")).toEqual(["down"]);
  });

  test("a flag with a free value proposes nothing, and no flags either", () => {
    expect(complete("up", "--url", "")).toEqual([]);
  });

  test("an argument with fixed values has them", () => {
    expect(complete("completion", "")).toEqual([...SHELLS]);
  });
});
