/**
 * What every command is given besides its flags. Commands touch the process only through this, so
 * that a test can run one with its own directory, environment and streams.
 */
import type { CommandContext } from "@stricli/core";

export interface CliStream {
  write(text: string): void;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  getColorDepth?(env?: Readonly<Partial<Record<string, string>>>): number;
}

export interface CliContext extends CommandContext {
  readonly process: {
    readonly stdout: CliStream;
    readonly stderr: CliStream;
    readonly stdin: { readonly isTTY?: boolean | undefined };
    readonly env: Readonly<Partial<Record<string, string>>>;
    /** Set by a command that ends without a failure but not with 0, such as `verify`. */
    exitCode?: number | string | null;
  };
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM; its reason is the signal's name. */
  readonly signal: AbortSignal;
}
