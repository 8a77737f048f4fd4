/** Builds dist/: bundles by rolldown, declarations by tsc. Old chunks do not stay behind. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

function run(...args) {
  const { status } = spawnSync("npx", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

const bundlesOnly = process.argv.includes("--bundles-only");
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist", { recursive: true });
run("rolldown", "-c", "--log-level", "silent");
if (!bundlesOnly) {
  run("tsc", "-p", "tsconfig.build.json");
  for (const entry of ["index", "testing"]) {
    // The declarations are written once; both module systems point to them.
    writeFileSync(`dist/${entry}.d.ts`, `export * from "./types/${entry}.ts";\n`);
    writeFileSync(`dist/${entry}.d.cts`, `export * from "./types/${entry}.ts";\n`);
  }
}
