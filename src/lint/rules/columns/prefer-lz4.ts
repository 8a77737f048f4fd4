import { declaredColumns, declaredTypes } from "../support/columns.ts";
import { defineRule } from "../../rule.ts";

const LARGE: ReadonlySet<string> = new Set(["json", "jsonb", "bytea", "xml"]);

export const preferLz4 = defineRule({
  id: "prefer-lz4",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A column of large values is compressed with pglz",
  why: "Values above about two kilobytes are compressed with pglz unless the column or `default_toast_compression` says otherwise. lz4 is several times faster at about the same size. It needs a server that was built with it, which those of nearly all distributions and providers are.",
  instead:
    "Write COMPRESSION lz4 behind the type, or set `default_toast_compression` for the server.",
  bad: [{ sql: "create table events (id bigint primary key, body jsonb);" }],
  good: [
    { sql: "create table events (id bigint primary key, body jsonb compression lz4);" },
    { sql: "create table events (id bigint primary key, name text);", note: "short as a rule" },
  ],
  otherIds: { migrationPilot: ["MP077"] },
  *check(context) {
    const compressed = new Set(
      declaredColumns(context).flatMap(({ column, name }) =>
        column.compression === undefined ? [] : [name],
      ),
    );
    for (const { column, relation, type, location } of declaredTypes(context)) {
      if (!LARGE.has(type.name) || type.schema !== undefined || compressed.has(column)) continue;
      yield {
        message: `Large values of \`${relation}.${column}\` are compressed with pglz, which is slower than lz4. Write COMPRESSION lz4 behind the type.`,
        at: location,
      };
    }
  },
});
