/** SET search_path, by statement or by function, and its way back. */
import type { FuncCall, Node, VariableSetStmt } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import type { Catalog } from "../catalog.ts";
import type { Replay } from "./context.ts";
import { textOf } from "./options.ts";

export function setVariable({ catalog }: Replay, statement: VariableSetStmt): void {
  const { kind, name, args, is_local } = statement;
  const local = is_local === true;
  if (kind === "VAR_RESET_ALL") setPath(catalog, catalog.defaultSearchPath, false);
  if (name !== "search_path") return;
  if (kind === "VAR_SET_VALUE") {
    setPath(catalog, schemasIn((args ?? []).map(textOf)), local);
  } else if (kind === "VAR_SET_DEFAULT" || kind === "VAR_RESET") {
    setPath(catalog, catalog.defaultSearchPath, local);
  }
}

/** `set_config('search_path', 'a, b', is_local)` with constants. */
export function setConfig({ catalog }: Replay, { funcname, args }: FuncCall): void {
  if (stringList(funcname).at(-1) !== "set_config") return;
  const [name, value, local] = (args ?? []).map((one: Node) =>
    "A_Const" in one ? textOf(one) : undefined,
  );
  if (name?.toLowerCase() !== "search_path" || value === undefined) return;
  setPath(catalog, schemasIn(splitList(value)), local === "true");
}

function setPath(catalog: Catalog, path: readonly string[], local: boolean): void {
  if (!local) delete catalog.localSearchPath;
  else catalog.localSearchPath ??= { step: catalog.step, before: catalog.searchPath };
  catalog.searchPath = path;
}

/** Nothing is made in pg_catalog, and the schema of the role's own name is seldom there. */
function schemasIn(names: readonly string[]): string[] {
  return names.filter((name) => name !== "" && name !== "$user" && name !== "pg_catalog");
}

/** A list of identifiers as one string: `a, "B c"`. */
function splitList(text: string): string[] {
  const words = text.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g);
  return [...words].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").toLowerCase() : quoted.replaceAll('""', '"'),
  );
}
