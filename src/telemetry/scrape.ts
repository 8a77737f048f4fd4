/** `/metrics` while a run is under way, for runs long enough to be scraped. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import { EXPOSITION_TYPE, renderExposition } from "./exposition.ts";
import { createRecorder } from "./recorder.ts";

export interface ScrapeSink extends RunSink {
  /** The port that it really has; undefined when it could not be had. */
  readonly port: number | undefined;
}

/**
 * `listen` is a port, or host and port; port 0 takes any that is free. A port that is taken is
 * no reason not to migrate: `close` says it.
 */
export async function openScrape(listen: string, place: RunPlace): Promise<ScrapeSink> {
  const recorder = createRecorder();
  const labels = {
    database: place.database,
    cluster: place.cluster,
    schema: place.historySchema,
  };
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path !== "/metrics" || !["GET", "HEAD"].includes(request.method ?? "")) {
      response.writeHead(path === "/metrics" ? 405 : 404).end();
      return;
    }
    response.writeHead(200, { "content-type": EXPOSITION_TYPE });
    response.end(renderExposition(recorder.now(), labels));
  });
  // A run that is over does not wait for whoever still asks.
  server.unref();
  const problem = await listenOn(server, listen);
  // Later ones, such as too many open files, are no reason to end a migration.
  server.on("error", () => {});
  return {
    name: "metrics",
    port: problem === undefined ? (server.address() as AddressInfo).port : undefined,
    onEvent: (event) => recorder.take(event),
    async close() {
      if (problem !== undefined) throw problem;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listenOn(server: Server, listen: string): Promise<Error | undefined> {
  const place = /^(?:(.*):)?(\d{1,5})$/.exec(listen);
  if (place === null) return new Error(`\`${listen}\` is no port, nor host:port`);
  const host = place[1]?.replaceAll(/[[\]]/g, "") || undefined;
  return new Promise((resolve) => {
    server.once("error", (error) =>
      resolve(new Error(`no /metrics on ${listen}: ${error.message}`)),
    );
    try {
      server.listen({ port: Number(place[2]), ...(host !== undefined && { host }) }, () =>
        resolve(undefined),
      );
    } catch (error) {
      resolve(error as Error);
    }
  });
}
