/** The stricli application that is made from the command table. */
import {
  buildApplication,
  buildRouteMap,
  type Application,
  type Command,
  type RouteMap,
} from "@stricli/core";
import { TOOL_VERSION } from "../version.ts";
import { COMMANDS } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { renderRootHelp } from "./root-help.ts";

/**
 * `onError` receives what a command throws, and what loading it throws. When the first argument is
 * the name of a command, only that one is built; the others matter to whoever made a mistake.
 */
export function buildCli(
  onError: (error: unknown) => void,
  firstArgument?: string,
): Application<CliContext> {
  const routes: Record<string, Command<CliContext>> = {};
  const named = COMMANDS.filter((entry) => entry.name === firstArgument);
  for (const entry of named.length > 0 ? named : COMMANDS) {
    routes[entry.name] = carryingErrors(entry.command, onError);
  }
  const brief = "Change a PostgreSQL schema while the application keeps running";
  const root: RouteMap<CliContext> = {
    ...buildRouteMap({ routes, docs: { brief } }),
    formatHelp: ({ ansiColor }) => renderRootHelp(ansiColor),
  };
  return buildApplication(root, {
    name: "lockstep",
    versionInfo: { currentVersion: TOOL_VERSION },
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: true,
      // Half of stricli's default: with words as short as ours, 7 proposes anything.
      distanceOptions: {
        threshold: 3,
        weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
      },
    },
    documentation: { onlyRequiredInUsageLine: true },
  });
}

/** Stricli would print an error with its own words and one exit code; ours go past it. */
function carryingErrors(
  command: Command<CliContext>,
  onError: (error: unknown) => void,
): Command<CliContext> {
  return {
    ...command,
    loader: async () => {
      try {
        const loaded = await command.loader();
        const run = typeof loaded === "function" ? loaded : loaded.default;
        return async function (this: CliContext, flags, ...args) {
          try {
            await run.call(this, flags, ...args);
          } catch (error) {
            onError(error);
          }
        };
      } catch (error) {
        onError(error);
        return () => {};
      }
    },
  };
}
