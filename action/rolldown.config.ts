/** The action in one file, because GitHub runs what is committed and installs nothing. */
import { defineConfig } from "rolldown";

export default defineConfig({
  platform: "node",
  transform: { target: "node20" },
  input: "action/src/main.ts",
  output: {
    file: process.env["LOCKSTEP_ACTION"] ?? "action/dist/index.mjs",
    format: "esm",
    comments: { annotation: false, jsdoc: false, legal: true },
  },
});
