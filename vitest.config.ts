/**
 * Two projects: `unit` tests sit beside the source and need no server; `server` tests share one
 * PostgreSQL per run, whose version is LOCKSTEP_TEST_PG (18 by default).
 */
import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks",
  testTimeout: 120_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    reporters: ["default"],
    // Tests about waiting and locks measure time: too many at once on a small machine falsify it.
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts"] } },
      {
        test: {
          ...shared,
          name: "server",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/support/postgres.ts"],
        },
      },
    ],
  },
});
