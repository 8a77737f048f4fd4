import { expect, test } from "vitest";

import { runCli, runMany, startCli } from "./cli.ts";
import { environment } from "./elsewhere.ts";
import { project, type Project } from "./project.ts";

/** Stands in for the built command, so that this test needs no build. */
async function script(source: string): Promise<{ dir: string; main: string }> {
  const { dir, write }: Project = await project();
  return { dir, main: await write("main.mjs", source) };
}

test("the environment holds nothing of the machine", async () => {
  process.env["PGHOST"] = "leaked";
  const { dir, main } = await script("console.log(JSON.stringify(process.env))");
  const run = await runCli([], { cwd: dir, main, url: "postgres://x/y", env: { CI: "1" } });
  delete process.env["PGHOST"];
  const names = Object.keys(run.json() as object).toSorted();
  const own = ["CI", "DATABASE_URL", "HOME", "LANG", "NO_COLOR", "PATH", "TMPDIR"];
  expect(names).toEqual([...own, ...Object.keys(environment())].toSorted());
});

test("a result has code, both streams, input and arguments", async () => {
  const { dir, main } = await script(`
    let text = ""; for await (const chunk of process.stdin) text += chunk;
    console.log(process.argv[2] + text); console.error("oh"); process.exitCode = 79;`);
  const run = await runCli(["up"], { cwd: dir, main, stdin: " and away" });
  expect(run).toMatchObject({ code: 79, signal: null, stdout: "up and away\n", stderr: "oh\n" });
  expect(run.ms).toBeGreaterThan(5);
});

test("events are read from the finished lines", async () => {
  const { dir, main } = await script(
    `process.stdout.write('{"event":"log"}\\n{"event":"interrupted"}\\n{"eve')`,
  );
  const run = await runCli(["--json"], { cwd: dir, main });
  expect(run.events().map(({ event }) => event)).toEqual(["log", "interrupted"]);
});

test("a running command can be watched and killed", async () => {
  const { dir, main } = await script(`
    process.on("SIGTERM", () => { console.log("stopping"); process.exit(143); });
    setInterval(() => {}, 1000); console.error("ready 42");`);
  const running = startCli([], { cwd: dir, main });
  const [, number] = await running.waitForOutput(/ready (\d+)/);
  expect(number).toBe("42");
  running.kill("SIGTERM");
  expect(await running.done).toMatchObject({ code: 143, stdout: "stopping\n" });

  const killed = startCli([], { cwd: dir, main });
  await killed.waitForOutput(/ready/);
  killed.kill("SIGKILL");
  expect(await killed.done).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("an abort sends SIGTERM", async () => {
  const { dir, main } = await script("setInterval(() => {}, 1000); console.log('ready')");
  const abort = new AbortController();
  const running = startCli([], { cwd: dir, main, signal: abort.signal });
  await running.waitForOutput(/ready/);
  abort.abort();
  expect(await running.done).toMatchObject({ signal: "SIGTERM" });
});

test("waiting for output fails as soon as the command has ended", async () => {
  const { dir, main } = await script("console.log('bye'); process.exitCode = 3");
  const running = startCli([], { cwd: dir, main });
  const waiting = running.waitForOutput(/hello/, 30_000);
  await expect(waiting).rejects.toThrow(/ended with exit code 3, without \/hello\/[^]*bye/);
});

test("a command that does not end is killed and reported with its output", async () => {
  const { dir, main } = await script("setInterval(() => {}, 1000); console.log('stuck')");
  const run = runCli(["up"], { cwd: dir, main, deadlineMs: 400 });
  await expect(run).rejects.toThrow(/`lockstep up` ran over 400 ms[^]*stuck/);
});

test("many commands run at once", async () => {
  const { dir, main } = await script("console.log(process.env.INDEX)");
  const runs = await runMany(3, [], (index) => ({ cwd: dir, main, env: { INDEX: `${index}` } }));
  expect(runs.map(({ stdout }) => stdout.trim())).toEqual(["0", "1", "2"]);
});

test("a missing build says how to make one", async () => {
  const { dir } = await project();
  expect(() => startCli([], { cwd: dir, main: `${dir}/no.js` })).toThrow("npm run build");
});
