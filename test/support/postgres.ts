/**
 * The server that all tests of one run share. vitest calls `setup` once, in its main process; the
 * test processes get the address by `sharedServer()`.
 */
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { POSTGRES_MAJORS, type PostgresMajor } from "../../src/sandbox/binaries.ts";
import { startServer } from "../../src/sandbox/server.ts";

export interface SharedServer {
  readonly version: PostgresMajor;
  readonly host: string;
  readonly port: number;
  readonly socketDir: string;
  readonly pid: number;
  readonly logFile: string;
}

declare module "vitest" {
  interface ProvidedContext {
    sharedServer: SharedServer;
  }
}

/** The version that this run tests against. */
export function testedVersion(): PostgresMajor {
  const asked = process.env["LOCKSTEP_TEST_PG"] ?? "18";
  const version = POSTGRES_MAJORS.find((major) => String(major) === asked);
  if (version === undefined) throw new Error(`LOCKSTEP_TEST_PG=${asked} is not a tested version`);
  return version;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({
    version: testedVersion(),
    settings: { max_connections: "300", autovacuum: "on", log_min_messages: "warning" },
  });
  const { version, host, port, socketDir, logFile } = server;
  project.provide("sharedServer", {
    version,
    host,
    port,
    socketDir,
    logFile,
    pid: server.pid ?? 0,
  });
  return () => server.close();
}

export function sharedServer(): SharedServer {
  return inject("sharedServer");
}

/** A connection string of the shared server. */
export function sharedUrl(database = "postgres", user = "postgres"): string {
  const { host, port } = sharedServer();
  return `postgres://${encodeURIComponent(user)}@${host}:${port}/${encodeURIComponent(database)}`;
}
