/**
 * A few rows for the tables that a fix is about, so that a backfill has something to fill and the
 * results can be compared. Simple values by type: row 1 has 1 in each column, so that foreign keys
 * find each other. A table that refuses them stays empty, which is said.
 */
import { runSql } from "../../postgres/admin.ts";
import { qualified, quoteIdent, quoteLiteral } from "../../postgres/identifiers.ts";

const ROWS = [1, 2, 3] as const;

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** Says which tables stay empty, and why. */
export async function seedRows(url: string, tables: readonly TableName[]): Promise<string[]> {
  const notes: string[] = [];
  for (const table of await withReferenced(url, tables)) {
    const name = qualified(table.schema, table.name);
    try {
      const [columns = []] = await runSql(url, columnsQuery(table));
      const inserts = insertsFor(name, columns as unknown as readonly SeedColumn[]);
      if (inserts !== undefined) await runSql(url, ...inserts);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notes.push(`No rows were made for \`${table.name}\`: ${why}.`);
    }
  }
  return notes;
}

/** What foreign keys refer to comes first. */
async function withReferenced(url: string, tables: readonly TableName[]): Promise<TableName[]> {
  const [rows = []] = await runSql(
    url,
    `select distinct n.nspname as schema, c.relname as name, fn.nspname as to_schema, fc.relname as to_name
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_class c on c.oid = k.conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     join pg_catalog.pg_class fc on fc.oid = k.confrelid
     join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
     where k.contype = 'f' and k.conparentid = 0`,
  );
  const ordered = new Map<string, TableName>();
  const visit = (table: TableName, above: ReadonlySet<string>): void => {
    const key = qualified(table.schema, table.name);
    if (ordered.has(key) || above.has(key)) return;
    for (const row of rows) {
      if (row["schema"] !== table.schema || row["name"] !== table.name) continue;
      visit(
        { schema: String(row["to_schema"]), name: String(row["to_name"]) },
        new Set([...above, key]),
      );
    }
    ordered.set(key, table);
  };
  for (const table of tables) visit(table, new Set());
  return [...ordered.values()];
}

interface SeedColumn {
  readonly name: string;
  readonly type: string;
  readonly category: string;
  readonly label: string | null;
  readonly required: boolean;
  readonly own: boolean;
}

function columnsQuery({ schema, name }: TableName): string {
  return `
    select a.attname as name, b.typname as type, b.typcategory as category,
      (select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = b.oid
       order by e.enumsortorder limit 1) as label,
      a.attnotnull and not a.atthasdef as required,
      a.attgenerated <> '' or a.attidentity <> ''
        or coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as own
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname = ${quoteLiteral(schema)} and c.relname = ${quoteLiteral(name)}
      and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
    order by a.attnum`;
}

function insertsFor(table: string, columns: readonly SeedColumn[]): string[] | undefined {
  const given = columns.filter(({ own, required, ...column }) => {
    if (own) return false;
    return required || valueOf(column, 1) !== undefined;
  });
  if (columns.length === 0) return undefined;
  if (given.length === 0) return ROWS.map(() => `insert into ${table} default values`);
  const names = given.map(({ name }) => quoteIdent(name)).join(", ");
  return ROWS.map((row) => {
    const values = given.map((column) => valueOf(column, row) ?? "null").join(", ");
    return `insert into ${table} (${names}) values (${values})`;
  });
}

const BY_TYPE: Readonly<Record<string, (row: number) => string>> = {
  bool: (row) => `'${row % 2 === 1 ? "t" : "f"}'`,
  uuid: (row) => `'00000000-0000-4000-8000-00000000000${row}'`,
  json: (row) => `'{"n": ${row}}'`,
  jsonb: (row) => `'{"n": ${row}}'`,
  date: (row) => `'2024-01-0${row}'`,
  timestamp: (row) => `'2024-01-0${row} 12:00'`,
  timestamptz: (row) => `'2024-01-0${row} 12:00+00'`,
  time: (row) => `'12:00:0${row}'`,
  timetz: (row) => `'12:00:0${row}+00'`,
  interval: (row) => `'${row} hours'`,
  bytea: (row) => String.raw`'\x0${row}'`,
  inet: (row) => `'10.0.0.${row}'`,
  cidr: (row) => `'10.0.0.${row}'`,
};

function valueOf(
  { type, category, label }: Pick<SeedColumn, "type" | "category" | "label">,
  row: number,
): string | undefined {
  if (label !== null) return quoteLiteral(label);
  const made = BY_TYPE[type];
  if (made !== undefined) return made(row);
  if (category === "A") return "'{}'";
  // Text that is a number can be cast to most types.
  return category === "N" || category === "S" ? `'${row}'` : undefined;
}
