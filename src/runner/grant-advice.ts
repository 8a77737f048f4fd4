/** From "permission denied" to the statement that gives the right; pure. */
import type { ServerError } from "../failures/failure.ts";
import { quoteIdent } from "../postgres/identifiers.ts";

/**
 * The advice for SQLSTATE 42501, where the server's message names what the role lacks. It is
 * translated by lc_messages; undefined when it cannot be read, and the general advice stays.
 */
export function grantAdvice(server: ServerError | undefined, role: string): string | undefined {
  if (server?.sqlstate !== "42501") return undefined;
  const [, kind, name] =
    /^permission denied for (schema|database) (.+)$/.exec(server.message) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  const rights = kind === "schema" ? "usage, create" : "create";
  return `As the owner of the ${kind}: \`grant ${rights} on ${kind} ${quoteIdent(name)} to ${quoteIdent(role)};\`, then run the same command again.`;
}
