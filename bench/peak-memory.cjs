/**
 * Loaded into a measured Node process: writes its peak of resident memory when it exits. VmHWM and
 * not getrusage's maxrss: on Linux the latter starts at what the parent had when it forked.
 */
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  writeFileSync(process.env.PEAK_FILE, kilobytes);
});
