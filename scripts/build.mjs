/**
 * Builds dist/: bundles by rolldown, declarations by tsc. Built beside it and put in its place at
 * the end, so that a failed build leaves the last good one, and old chunks do not stay behind.
 */
import { spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";

const NEXT = `dist-next-${process.pid}`;

function run(tool, ...args) {
  const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${tool}`, args, {
    env: { ...process.env, LOCKSTEP_DIST: NEXT },
    encoding: "utf8",
  });
  if (status === 0) return;
  process.stderr.write(stdout + stderr);
  rmSync(NEXT, { recursive: true, force: true });
  process.exit(status ?? 1);
}

run("rolldown", "-c");
if (!process.argv.includes("--bundles-only")) {
  run("tsc", "-p", "tsconfig.build.json", "--outDir", `${NEXT}/types`);
  for (const entry of ["index", "testing"]) {
    // The declarations are written once; both module systems point to them.
    writeFileSync(`${NEXT}/${entry}.d.ts`, `export * from "./types/${entry}.ts";\n`);
    writeFileSync(`${NEXT}/${entry}.d.cts`, `export * from "./types/${entry}.ts";\n`);
  }
}
const old = `${NEXT}-old`;
if (existsSync("dist")) renameSync("dist", old);
renameSync(NEXT, "dist");
rmSync(old, { recursive: true, force: true });
