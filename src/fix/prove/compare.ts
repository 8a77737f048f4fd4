/** Whether two databases came to the same: their catalogs, and the rows of their tables. */
import { compareSchemas } from "../../history/compare-schemas.ts";
import { runSql } from "../../postgres/admin.ts";
import { qualified, quoteLiteral } from "../../postgres/identifiers.ts";

export interface CompareOptions {
  readonly historySchema: string;
  /** Columns of which only whether they are null is compared. */
  readonly random: ReadonlySet<string>;
  /** Indexes that only the second one is meant to have. */
  readonly adds: ReadonlySet<string>;
}

/** In words; empty: nothing differs. The order of columns does not count. */
export async function differencesBetween(
  original: string,
  sequence: string,
  { historySchema, random, adds }: CompareOptions,
): Promise<string[]> {
  const schemas = await compareSchemas(original, sequence, historySchema);
  const extra = schemas.onlyRight.filter((line) => !isAdded(line, adds));
  const [left, right] = await Promise.all(
    [original, sequence].map((url) => detailsOf(url, historySchema)),
  );
  const missing = [...schemas.onlyLeft, ...left!.filter((line) => !right!.includes(line))];
  const more = [...extra, ...right!.filter((line) => !left!.includes(line))];
  return [
    ...missing.map((line) => `only the original makes: ${line}`),
    ...more.map((line) => `only the new files make: ${line}`),
    ...(await differentRows(original, sequence, historySchema, random)),
  ];
}

function isAdded(line: string, adds: ReadonlySet<string>): boolean {
  return [...adds].some(
    (name) =>
      line.startsWith("index|") && (line.includes(` ${name} on `) || line.includes(`${name} ON `)),
  );
}

/** What a new column does not have by itself, and what is not validated yet. */
async function detailsOf(url: string, historySchema: string): Promise<string[]> {
  const [rows = []] = await runSql(
    url,
    `select pg_catalog.concat_ws('|', 'details', n.nspname, c.relname, a.attname, a.attacl::pg_catalog.text,
        a.attoptions::pg_catalog.text, pg_catalog.col_description(c.oid, a.attnum)) as line
     from pg_catalog.pg_attribute a
     join pg_catalog.pg_class c on c.oid = a.attrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where ${ours(historySchema)} and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p')
     union all
     select pg_catalog.concat_ws('|', 'not validated', n.nspname, c.relname, k.conname)
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_class c on c.oid = k.conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where ${ours(historySchema)} and k.contype = 'n' and not k.convalidated
     order by 1`,
  );
  return rows.map(({ line }) => String(line));
}

function ours(historySchema: string): string {
  return `n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> ${quoteLiteral(historySchema)}`;
}

async function differentRows(
  original: string,
  sequence: string,
  historySchema: string,
  random: ReadonlySet<string>,
): Promise<string[]> {
  const [left, right] = await Promise.all(
    [original, sequence].map((url) => contentsOf(url, historySchema, random)),
  );
  return [...left!].flatMap(([table, rows]) => {
    const other = right!.get(table);
    // A table that is not there is a difference of the catalogs.
    return other === undefined || other === rows
      ? []
      : [
          `the rows of ${table} are different: ${rows.slice(0, 300)} instead of ${other.slice(0, 300)}`,
        ];
  });
}

async function contentsOf(
  url: string,
  historySchema: string,
  random: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const [tables = []] = await runSql(
    url,
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where ${ours(historySchema)} and c.relkind in ('r', 'p') and not c.relispartition
     order by 1, 2`,
  );
  const names = tables.map(({ schema, name }) => qualified(String(schema), String(name)));
  const masked = [...random].map(quoteLiteral).join(", ");
  const contents = await runSql(
    url,
    ...names.map(
      (name) => `
        select coalesce(pg_catalog.string_agg(rows.line, E'\\n' order by rows.line), '') as all
        from (select (pg_catalog.to_jsonb(t) - array[${masked}]::pg_catalog.text[])::pg_catalog.text
          || (select coalesce(pg_catalog.string_agg(e.key || (e.value = 'null')::pg_catalog.text, ',' order by e.key), '')
              from pg_catalog.jsonb_each(pg_catalog.to_jsonb(t)) e
              where e.key = any (array[${masked}]::pg_catalog.text[])) as line
          from ${name} t limit 1000) rows`,
    ),
  );
  return new Map(names.map((name, index) => [name, textIn(contents[index]?.[0]?.["all"])]));
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
