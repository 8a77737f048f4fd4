/**
 * `npm run demo` and `npm test` from a fresh clone: installs what the lock file says, builds what
 * is older than its source, and runs the rest. Plain JavaScript, because nothing is installed yet.
 *
 * I1. When everything is in place it costs a few milliseconds and prints nothing.
 * I2. What is installed is compared with the lock file by content: a checkout gives every file a
 *     new time, and that alone is no reason to install again.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const BUILT = ["dist/cli/main.js", "dist/index.js", "dist/testing.js", "dist/index.d.ts"];
const SOURCES = ["src", "rolldown.config.ts", "tsconfig.json", "package.json"];

const JITI = join("node_modules", "jiti", "lib", "jiti-cli.mjs");
const PROGRAMS = {
  demo: [JITI, join("scripts", "demo.ts")],
  bench: [JITI, join("bench", "run.ts")],
  test: [join("node_modules", "vitest", "vitest.mjs"), "run"],
};

const [task, ...args] = process.argv.slice(2);

async function main() {
  const program = PROGRAMS[task];
  if (program === undefined) {
    console.error("usage: node scripts/bootstrap.mjs demo|test|bench [arguments]");
    return 64;
  }
  if (!isInstalled()) {
    const flags = ["--no-audit", "--no-fund", "--loglevel=error"];
    const code = await quietly("Installing dependencies (npm ci)", "npm", ["ci", ...flags]);
    if (code !== 0) return code;
  }
  if (!isBuilt()) {
    const build = join("scripts", "build.mjs");
    const code = await quietly("Building dist/", process.execPath, [build]);
    if (code !== 0) return code;
  }
  return run(process.execPath, [...program, ...args], "inherit").code;
}

/** Every package that the lock file names is there in its version, but for optional ones. */
function isInstalled() {
  const installed = readLock("node_modules/.package-lock.json");
  const wanted = readLock("package-lock.json");
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer, link }]) => {
    if (path === "" || link === true || !path.startsWith("node_modules/")) return true;
    const found = installed[path];
    // Optional packages are for other platforms as well; what is missing of them is no fault.
    if (found === undefined) return Boolean(optional || devOptional || peer);
    return found.version === version;
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

function isBuilt() {
  const files = BUILT.map((file) => join(ROOT, file));
  if (!files.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return SOURCES.every((source) => newest(join(ROOT, source)) <= oldest);
}

/** The time of the newest file at or below `path`; tests are not built. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return path.endsWith(".test.ts") ? 0 : stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** One line on the terminal; what the program printed is shown only when it fails. */
async function quietly(title, command, commandArgs) {
  console.log(`${title} …`);
  const running = run(command, commandArgs, "pipe");
  const code = await running.code;
  if (code !== 0) process.stderr.write(running.output());
  return code;
}

function run(command, commandArgs, stdio) {
  const child = spawn(command, commandArgs, {
    cwd: ROOT,
    stdio: ["inherit", stdio, stdio],
    // npm is a script on Windows, which only a shell can start.
    shell: command === "npm" && process.platform === "win32",
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => chunks.push(chunk));
  }
  // Ctrl-C reaches the child by itself; we stay to pass its exit code on.
  const forward = (signal) => child.kill(signal);
  const ignore = () => {};
  process.on("SIGINT", ignore).on("SIGTERM", forward);
  const code = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", forward);
      resolve(exitCode ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
  return { code, output: () => Buffer.concat(chunks) };
}

process.exitCode = await main();
