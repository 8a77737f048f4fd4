/** `lockstep lsp`: the language server on standard input and output. */
import { Console } from "node:console";
import { startLanguageServer } from "../../editor/server.ts";
import type { CliContext } from "../context.ts";
import { stoppedBy } from "../signals.ts";

export interface LspFlags {
  /** The only transport; clients say so all the same. */
  readonly stdio?: boolean;
  /** Read by the library of the server itself. */
  readonly clientProcessId?: number;
}

export async function lsp(this: CliContext, _flags: LspFlags): Promise<void> {
  // What a configuration prints while it is loaded would end the conversation.
  globalThis.console = new Console(process.stderr, process.stderr);
  startLanguageServer({
    input: process.stdin,
    output: process.stdout,
    env: this.process.env,
  });
  await new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(stoppedBy(this.signal));
    if (this.signal.aborted) stop();
    this.signal.addEventListener("abort", stop, { once: true });
  });
}
