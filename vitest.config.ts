/**
 * Two projects: `unit` tests need no server, most sit beside the source; `server` tests share one
 * PostgreSQL per run, whose version is LOCKSTEP_TEST_PG (18 by default).
 */
import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks",
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const;

/** Tests of the whole that start nothing. */
const WITHOUT_SERVER = ["test/accuracy/fuzz.test.ts"];

export default defineConfig({
  test: {
    reporters: ["default"],
    // Tests about waiting and locks measure time: too many at once on a small machine falsify it.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts", ...WITHOUT_SERVER] } },
      {
        test: {
          ...shared,
          name: "server",
          include: ["test/**/*.test.ts"],
          exclude: [...WITHOUT_SERVER],
          globalSetup: ["test/support/postgres.ts"],
        },
      },
    ],
  },
});
