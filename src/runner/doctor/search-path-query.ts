/**
 * Runs one catalog query with the search_path that migrations will have. Several statements in one
 * simple-protocol message are one transaction, so the setting ends with the query and nothing is
 * left in a pooled backend.
 */
import { quoteLiteral } from "../../postgres/identifiers.ts";
import type { TextRow } from "../../postgres/session.ts";
import type { DoctorContext } from "./check.ts";

export function queryWithSearchPath(ctx: DoctorContext, text: string): Promise<TextRow[]> {
  const { searchPath } = ctx.run.settings;
  if (searchPath === undefined) return ctx.session.query(text);
  const value = quoteLiteral(searchPath);
  return ctx.session.query(`select pg_catalog.set_config('search_path', ${value}, true); ${text}`);
}
