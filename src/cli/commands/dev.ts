/**
 * `lockstep dev`: a PostgreSQL for the project, in the foreground. Ctrl-C is its normal end, so it
 * ends with 0; the data stays under .lockstep/.
 */
import { devServer } from "../../sandbox/dev-server.ts";
import type { CliContext } from "../context.ts";
import type { OutputFlags } from "../flags.ts";
import { withReporter } from "../with-reporter.ts";

export function dev(this: CliContext, flags: OutputFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const running = await devServer(this.cwd);
    const { kind, url } = running;
    if (kind === "already-running") {
      reporter.result({ kind, url, pid: running.pid }, (paint) => [
        `PostgreSQL runs already (pid ${running.pid}): ${paint.bold(url)}`,
      ]);
      return;
    }
    const { server } = running;
    try {
      reporter.result({ kind, url, version: server.version }, (paint) => [
        `PostgreSQL ${server.version} runs at ${paint.bold(url)}`,
        paint.dim("Its data stays in .lockstep/. Ctrl-C stops it."),
      ]);
      await Promise.race([server.closed(), aborted(this.signal)]);
    } finally {
      await server.close();
    }
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
