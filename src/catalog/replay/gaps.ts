/** What the files do where no parse tree says what. Once for each file and reason. */
import type { CallStmt, FuncCall, SelectStmt } from "@pgsql/types";
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
 * A SELECT may call what changes the schema: a function of the files, or one of an extension. What
 * comes from neither is the server's own, and does no such thing.
 */
export function callsIn(replay: Replay, select: SelectStmt): void {
  walk(select, (type, fields) => {
    if (type === "FuncCall" && mayChangeSchema(replay, fields)) addGap(replay, "code");
  });
}

function mayChangeSchema({ catalog }: Replay, { funcname }: FuncCall): boolean {
  const name = nameIn(funcname);
  if (name === undefined || name.schema === "pg_catalog") return false;
  const found = findFunctions(catalog, name);
  if (found.length > 0) return found.some(({ volatility }) => volatility === "volatile");
  if (name.schema !== undefined) return true;
  const hidden = catalog.extensions.size > 0 || catalog.gaps.length > 0;
  return hidden && !OFTEN_CALLED.test(name.name);
}

/** Functions of the server that a migration calls by themselves. */
const OFTEN_CALLED =
  /^(pg_.*|.*_?(agg|setval|set_config|nextval|currval|lastval)|count|sum|min|max|avg|now|coalesce|lower|upper|current_.*|txid_.*|generate_series|version|concat|format|to_.*|array_.*|jsonb?_.*|gen_random_uuid|random|length|replace|substring|date_.*|row_number)$/;
