import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@stricli/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import { TOOL_VERSION } from "../version.ts";
import { buildCli } from "./app.ts";
import { COMMANDS } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { renderCliDocs } from "./docs.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "lockstep-cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** Runs a command line in this process, in its own folder and without the real environment. */
async function lockstep(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  let error: unknown;
  const context: CliContext = {
    process: {
      stdout: { write: (text) => void out.push(text) },
      stderr: { write: (text) => void err.push(text) },
      stdin: {},
      env: {},
    },
    cwd,
    signal: new AbortController().signal,
  };
  await run(
    buildCli((thrown) => (error = thrown)),
    args,
    context,
  );
  const code = error instanceof Failure ? error.exitCode : context.process.exitCode;
  return { out: out.join(""), err: err.join(""), error, code };
}

test("the version is the package's", async () => {
  expect((await lockstep("--version")).out).toBe(`${TOOL_VERSION}\n`);
});

test("help without a command lists every command with its summary", async () => {
  const { out } = await lockstep("--help");
  for (const { name, summary } of COMMANDS)
    expect(out).toMatch(new RegExp(`${name} +${summary.slice(0, 10)}`));
  expect((await lockstep()).out).toBe(out);
});

test.each(COMMANDS)(
  "$name --help shows its examples and no line runs off the page",
  async (entry) => {
    const { out } = await lockstep(entry.name, "--help");
    for (const example of entry.examples) expect(out).toContain(example);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  },
);

test.each(COMMANDS)(
  "every example of $name is a command line that is understood",
  async (entry) => {
    for (const example of entry.examples) {
      const line = example.replace(/ > .*$/, "");
      const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
        (match) => match[1] ?? match[2] ?? "",
      );
      // With --help behind it nothing runs, but an unknown flag before it would still be an error.
      const { err } = await lockstep(...args.slice(1), "--help");
      expect(err).toBe("");
      const flags = args.filter((word) => word.startsWith("--"));
      const { out } = await lockstep(entry.name, "--help");
      for (const flag of flags) expect(out).toContain(flag);
    }
  },
);

test("a wrong command, flag or value ends with stricli's negative codes, which main maps", async () => {
  for (const args of [
    ["upp"],
    ["up", "--nope"],
    ["up", "--budget", "soon"],
    ["up", "--count", "0"],
  ]) {
    const { code, err } = await lockstep(...args);
    expect(Number(code)).toBeLessThan(0);
    expect(err).not.toBe("");
  }
});

test("init creates a folder and a configuration, and leaves both alone the second time", async () => {
  const first = await lockstep("init", "--json");
  expect(JSON.parse(first.out)).toEqual({
    created: ["migrations/", "lockstep.config.ts"],
    kept: [],
  });
  writeFileSync(join(cwd, "lockstep.config.ts"), "mine");
  const second = await lockstep("init", "--json-config", "--json");
  expect(JSON.parse(second.out)).toEqual({
    created: [],
    kept: ["migrations/", "lockstep.config.ts"],
  });
  expect(readFileSync(join(cwd, "lockstep.config.ts"), "utf8")).toBe("mine");
});

test("the JSON configuration of init is one that is accepted", async () => {
  await lockstep("init", "--json-config");
  expect((await lockstep("new", "add_users")).error).toBeUndefined();
});

test("new creates files with a timestamp, or counts where the others are counted", async () => {
  await lockstep("new", "add users", "--down");
  const created = readdirSync(join(cwd, "migrations")).sort();
  expect(created).toHaveLength(2);
  expect(created[0]).toMatch(/^\d{14}_add_users\.down\.sql$/);

  mkdirSync(join(cwd, "counted"));
  writeFileSync(join(cwd, "counted", "0009_old.sql"), "select 1;");
  const { out } = await lockstep("new", "next", "--dir", "counted", "--ts", "--json");
  expect(JSON.parse(out)).toEqual({ files: [join("counted", "0010_next.ts")] });
});

test("with --json a failure before the run is a line on stdout", async () => {
  const { out, code } = await lockstep("new", "x", "--env", "nope", "--json");
  expect(JSON.parse(out)).toMatchObject({ event: "failure", failure: { class: "config.invalid" } });
  expect(code).toBe(78);
});

test("completion of an unknown shell is a usage failure", async () => {
  expect((await lockstep("completion", "tcsh")).code).toBe(64);
  expect((await lockstep("completion", "bash")).out).toContain("complete -F _lockstep lockstep");
});

test("the documentation has every command, its examples and its flags", () => {
  const docs = renderCliDocs();
  for (const { name, examples } of COMMANDS) {
    expect(docs).toContain(`## ${name}\n`);
    for (const example of examples) expect(docs).toContain(example);
  }
  expect(docs).toContain("| `--out-of-order <refuse\\|allow>` |");
  expect(docs).toContain("| `--dir <folder>` … |");
  expect(docs).toContain("`lockstep repair [version…] [flags]`");
});

test("`up` may be run without any of its flags, as main.ts does", () => {
  const up = COMMANDS.find((entry) => entry.name === "up")!.command as unknown as {
    readonly parameters: {
      readonly flags: Readonly<Record<string, { optional?: boolean; default?: unknown }>>;
      readonly positional?: unknown;
    };
  };
  const flags = Object.entries(up.parameters.flags);
  expect(flags.length).toBeGreaterThan(10);
  expect(flags.filter(([, flag]) => !flag.optional || flag.default !== undefined)).toEqual([]);
  expect(up.parameters.positional).toBeUndefined();
});
