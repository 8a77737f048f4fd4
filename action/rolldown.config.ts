/** Each action in one file, because GitHub runs what is committed and installs nothing. */
import { defineConfig } from "rolldown";

const dist = process.env["LOCKSTEP_ACTION"] ?? "action/dist";

/** File in dist, by the module that it begins with. */
const ACTIONS = {
  main: "index",
  plan: "plan",
  trace: "trace",
  up: "up",
  gate: "gate",
} as const;

export default defineConfig(
  Object.entries(ACTIONS).map(([name, file]) => ({
    platform: "node" as const,
    transform: { target: "node20" },
    input: `action/src/${name}.ts`,
    output: {
      file: `${dist}/${file}.mjs`,
      format: "esm" as const,
      comments: { annotation: false, jsdoc: false, legal: true },
    },
  })),
);
