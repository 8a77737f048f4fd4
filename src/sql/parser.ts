/**
 * PostgreSQL 18's own grammar as WebAssembly, loaded only when something has to be parsed: a start
 * with nothing pending never pays for it. This is the only file that knows `libpg-query`.
 */
import { setFlagsFromString } from "node:v8";
import type { RawStmt } from "@pgsql/types";
import { Failure } from "../failures/failure.ts";

export interface Parser {
  /** Throws `ParserError`; `stmt_location` and `stmt_len` are UTF-8 bytes into the text. */
  parse(text: string): { readonly stmts: readonly RawStmt[] };
}

/** What the grammar says about a text that it cannot read. */
export class ParserError extends Error {
  /** 0-based, in code points (not bytes, not UTF-16 units); undefined when the place is unknown. */
  readonly cursorPosition: number | undefined;

  constructor(message: string, cursorPosition: number | undefined, cause?: unknown) {
    super(message, { cause });
    this.name = "ParserError";
    this.cursorPosition = cursorPosition;
  }
}

/**
 * V8 compiles hot WebAssembly again in background threads, and the end of the process waits for
 * them: half a second on Node 24 for 200 statements. Without tiering the trees are the same and a
 * short process ends at once; a long-lived one would stay slow, so that only the CLI asks for it.
 */
const SHORT_PROCESS_FLAGS = [
  "--no-wasm-dynamic-tiering",
  "--no-wasm-tier-up",
  "--wasm-lazy-compilation",
  // For JavaScript, too: what is hot in half a second is not worth what compiling it costs (500
  // small files: 0.45 s of CPU, with this 0.36 s, on Node 20). Loops that stay hot still get there.
  "--interrupt-budget=1000000",
];

let loading: Promise<Parser> | undefined;

/** Loads the parser once; later calls share it, whatever their options. */
export function loadParser(options: { processExitsSoon?: boolean } = {}): Promise<Parser> {
  loading ??= load(options.processExitsSoon === true);
  return loading;
}

async function load(processExitsSoon: boolean): Promise<Parser> {
  // Before the import: the package starts to compile its module when it is imported.
  if (processExitsSoon) for (const flag of SHORT_PROCESS_FLAGS) setFlagsFromString(flag);
  const library = await import("libpg-query");
  await library.loadModule();
  let overflowed = false;
  return {
    parse(text) {
      if (overflowed) throw outOfStack();
      // The library refuses an empty string, which is a valid file without statements.
      if (text === "") return { stmts: [] };
      try {
        return { stmts: library.parseSync(text).stmts ?? [] };
      } catch (error) {
        // JavaScript's own errors come from a stack that ran over in the middle of C code. What it
        // left behind is not known (measured: after some dozens the parser loops for ever).
        overflowed =
          error instanceof RangeError || (error as Error | null)?.name === "RuntimeError";
        if (overflowed) throw outOfStack();
        throw parserError(error, library.hasSqlDetails(error) ? error.sqlDetails : undefined);
      }
    },
  };
}

function outOfStack(): Failure {
  return new Failure({
    class: "file.invalid",
    what: "An expression nests deeper than the parser's stack goes, for instance a sum of ten thousand terms.",
    action: "Divide it, or use `in (…)`, arrays or several statements; then run the command again.",
  });
}

function parserError(error: unknown, details: { cursorPosition: number } | undefined): ParserError {
  const message = error instanceof Error ? error.message : String(error);
  const position = details?.cursorPosition;
  return new ParserError(
    message,
    position === undefined || position < 0 ? undefined : position,
    error,
  );
}
