/** Liquibase's checksum of a change set, version 9 (since 4.22). */
import { createHash } from "node:crypto";
import type { ChangeSet } from "./change-set.ts";
import { expand } from "./parameters.ts";

/**
 * MD5 over the checksums of its changes, of which a formatted one has a single one: MD5 over the SQL
 * with its parameters, without spaces, tabs and line ends.
 */
export function checkSumOf(changeSet: ChangeSet): string {
  const sql = expand(sqlOf(changeSet), changeSet.valueOf).replaceAll(/[ \t\r\n]/g, "");
  return `9:${md5(`9:${md5(sql)}:`)}`;
}

/** The lines that are SQL, as they are written. */
export function sqlOf({ bytes, sql }: ChangeSet): string {
  return sql.map(({ start, end }) => bytes.toString("utf8", start, end)).join("");
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
