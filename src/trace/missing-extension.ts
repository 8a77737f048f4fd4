/**
 * What an error says about something that the sandbox lacks and the target has: an extension whose
 * files are not installed, or a role. Pure.
 */
import type { ServerError } from "../failures/failure.ts";

export type Lack =
  | { readonly kind: "extension"; readonly name: string }
  | { readonly kind: "role"; readonly name: string }
  /** Not there, perhaps because a statement before it could not run. */
  | { readonly kind: "dependent"; readonly message: string };

/** undefined_table, _column, _function, _object, _parameter (settings of a library), _schema, _file. */
const UNDEFINED = new Set(["42P01", "42703", "42883", "42704", "42P02", "3F000", "58P01"]);

export function lackOf(error: ServerError | undefined, anythingLeftOut: boolean): Lack | undefined {
  if (error === undefined) return undefined;
  const { sqlstate, message } = error;
  // Since 15, and before it.
  const extension =
    /^extension "(.+)" is not available$/.exec(message)?.[1] ??
    /^could not open extension control file ".*\/(.+)\.control"/.exec(message)?.[1] ??
    (sqlstate === "42704" ? /^extension "(.+)" does not exist$/.exec(message)?.[1] : undefined);
  if (extension !== undefined) return { kind: "extension", name: extension };
  const role = /^role "(.+)" does not exist$/.exec(message)?.[1];
  if (role !== undefined && (sqlstate === "42704" || sqlstate === "22023")) {
    return { kind: "role", name: role };
  }
  return anythingLeftOut && UNDEFINED.has(sqlstate) ? { kind: "dependent", message } : undefined;
}

export function whyUntraced(lack: Exclude<Lack, { kind: "role" }>, extensions: readonly string[]) {
  if (lack.kind === "extension") return `the sandbox lacks the extension \`${lack.name}\``;
  const names = extensions.map((name) => `\`${name}\``).join(", ");
  return extensions.length === 0
    ? `it needs what could not be run before it: ${lack.message}`
    : `it needs what could not be run without ${names}: ${lack.message}`;
}
