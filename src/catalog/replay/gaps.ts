/** What the files do where no parse tree says what. Once for each file and reason. */
import type { CallStmt, FuncCall, SelectStmt } from "@pgsql/types";
import { functionVolatility } from "../../locks/builtins.ts";
import { walk } from "../../sql/tree.ts";
import type { Gap } from "../catalog.ts";
import { findFunctions, nameIn } from "../find.ts";
import type { Replay } from "./context.ts";

export function addGap({ catalog, file }: Replay, reason: Gap["reason"]): void {
  if (catalog.gaps.some((one) => one.file === file && one.reason === reason)) return;
  catalog.gaps.push({ file, reason });
}

export function call(replay: Replay, _statement: CallStmt): void {
  addGap(replay, "code");
}

/**
 * A SELECT may call what changes the schema: a function of the files, or one of an extension. Those
 * of the server do no such thing.
 */
export function callsIn(replay: Replay, select: SelectStmt): void {
  walk(select, (type, fields) => {
    if (type === "FuncCall" && mayChangeSchema(replay, fields)) addGap(replay, "code");
  });
}

function mayChangeSchema({ catalog, version }: Replay, { funcname }: FuncCall): boolean {
  const name = nameIn(funcname);
  if (name === undefined || name.schema === "pg_catalog") return false;
  const found = findFunctions(catalog, name);
  if (found.length > 0) return found.some(({ volatility }) => volatility === "volatile");
  return name.schema !== undefined || functionVolatility(name.name, version) === undefined;
}
