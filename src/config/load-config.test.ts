import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";

test.each(["ts", "mts", "js", "mjs", "json"])(
  "a fresh load of .%s sees what changed",
  async (ext) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-config-"));
    try {
      for (const dir of ["a", "b", "c"]) {
        const value = JSON.stringify({ dir });
        const text = ext === "json" ? value : `export default ${value};\n`;
        writeFileSync(join(folder, `lockstep.config.${ext}`), text);
        const loaded = await loadConfig(folder, undefined, { fresh: true });
        expect(loaded?.config).toEqual({ dir });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
