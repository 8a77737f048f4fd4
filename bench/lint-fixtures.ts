/**
 * Migrations to look at, as the folder of a project of many years has them: tables with keys and
 * indexes, then columns, constraints, types, backfills, functions, triggers and what is dropped
 * again; good and bad practice in turn. The same on every machine.
 */
import { versionOf, type SmallMigration } from "./fixtures.ts";

interface Table {
  readonly name: string;
  readonly columns: string[];
}

const NOUNS = [
  "order",
  "invoice",
  "customer",
  "product",
  "shipment",
  "payment",
  "ticket",
  "account",
];
const WORDS = [
  "state",
  "note",
  "amount",
  "currency",
  "locale",
  "source",
  "channel",
  "rank",
  "label",
];
const TYPES = [
  "text",
  "bigint",
  "varchar(255)",
  "numeric(12, 2)",
  "timestamptz",
  "jsonb",
  "boolean",
];

export function oldProject(count: number): readonly SmallMigration[] {
  const tables: Table[] = [];
  return Array.from({ length: count }, (_, index) => {
    const { name, sql } =
      index % 6 === 0 || tables.length === 0 ? createTable(tables, index) : change(tables, index);
    return { version: versionOf(index), name, sql: `-- ${name.replaceAll("_", " ")}\n${sql}\n` };
  });
}

type Change = Pick<SmallMigration, "name" | "sql">;

function createTable(tables: Table[], index: number): Change {
  const name = `${pick(NOUNS, index)}_${tables.length}`;
  const parent = tables.length === 0 ? undefined : pick(tables, index * 7).name;
  const words = Array.from({ length: 4 }, (_, at) => `${pick(WORDS, index + at * 3)}_${at}`);
  tables.push({ name, columns: words });
  const reference =
    parent === undefined ? "" : `  ${parent}_id bigint references ${parent} (id),\n`;
  const columns = words.map((word, at) => `  ${word} ${pick(TYPES, index + at)}`).join(",\n");
  return {
    name: `create_${name}`,
    sql: `create table ${name} (
  id bigint generated always as identity primary key,
${reference}${columns},
  created_at timestamptz not null default now()
);
${parent === undefined ? "" : `create index ${name}_parent_idx on ${name} (${parent}_id);\n`}
comment on table ${name} is 'What is known of ${name}, and since when';
grant select on ${name} to public;`,
  };
}

function change(tables: readonly Table[], index: number): Change {
  const table = pick(tables, Math.floor(index / 3) * 5 + 1);
  return pick(CHANGES, index + Math.floor(index / 6))(table, pick(tables, index * 11), index);
}

type MakeChange = (table: Table, other: Table, index: number) => Change;

const CHANGES: readonly MakeChange[] = [
  ({ name, columns }, _, index) => {
    const column = `${pick(WORDS, index * 5)}_${index}`;
    columns.push(column);
    return {
      name: `add_${column}_to_${name}`,
      sql: `alter table ${name}\n  add column ${column} ${pick(TYPES, index)},\n  add column ${column}_at timestamptz default now();`,
    };
  },
  ({ name, columns }, _, index) => ({
    name: `index_${name}_${index}`,
    sql: `create index concurrently if not exists ${name}_${index}_idx\n  on ${name} (${pick(columns, index)}) where id > 0;`,
  }),
  ({ name, columns }, _, index) => ({
    name: `index_${name}_with_lock_${index}`,
    sql: `create index ${name}_${index}_lock_idx on ${name} using btree (${pick(columns, index)}, created_at desc);`,
  }),
  ({ name }, { name: other }, index) => ({
    name: `${name}_references_${other}_${index}`,
    sql: `alter table ${name} add column other_${index}_id bigint;\nalter table ${name}\n  add constraint ${name}_${index}_fk foreign key (other_${index}_id) references ${other} (id) not valid;`,
  }),
  ({ name, columns }, _, index) => ({
    name: `check_${name}_${index}`,
    sql: `alter table ${name}\n  add constraint ${name}_${index}_check check (${pick(columns, index)} is not null) not valid;`,
  }),
  ({ name, columns }, _, index) => ({
    name: `fill_${name}_${index}`,
    sql: `update ${name} set ${pick(columns, index)} = null where id in (\n  select id from ${name} where created_at < now() - interval '1 year' limit 1000\n);\ndelete from ${name} where created_at < '2001-01-01';`,
  }),
  ({ name, columns }, _, index) => ({
    name: `not_null_${name}_${index}`,
    sql: `set lock_timeout = '2s';\nalter table ${name} alter column ${pick(columns, index)} set not null;\nalter table ${name} alter column ${pick(columns, index)} drop not null;`,
  }),
  ({ name, columns }, _, index) => ({
    name: `widen_${name}_${index}`,
    sql: `alter table ${name} alter column ${pick(columns, index)} type text using ${pick(columns, index)}::text;`,
  }),
  ({ name }, { name: other }, index) => ({
    name: `view_${name}_${index}`,
    sql: `create or replace view ${name}_${index}_view as\n  select a.id, a.created_at, count(b.id) as others\n  from ${name} a left join ${other} b on b.id = a.id\n  where a.created_at > now() - interval '30 days'\n  group by a.id, a.created_at;\ndrop view ${name}_${index}_view;`,
  }),
  ({ name }, _, index) => ({
    name: `touch_${name}_${index}`,
    sql: `create or replace function ${name}_touch_${index}() returns trigger language plpgsql as $$\nbegin\n  if new.id is distinct from old.id then\n    raise exception 'the id of ${name} does not change';\n  end if;\n  new.created_at := coalesce(new.created_at, now());\n  return new;\nend\n$$;\n\ncreate trigger ${name}_touch_${index} before update on ${name}\n  for each row execute function ${name}_touch_${index}();`,
  }),
  (_table, _other, index) => ({
    name: `kinds_${index}`,
    sql: `create type kind_${index} as enum ('open', 'closed', 'lost');\nalter type kind_${index} add value if not exists 'found';`,
  }),
  ({ name }, _, index) => ({
    name: `seed_${name}_${index}`,
    sql: `insert into ${name} (created_at)\nselect now() - make_interval(days => i) from generate_series(1, 30) as days (i);`,
  }),
  ({ name, columns }, _, index) => {
    const column = columns.length > 4 ? columns.pop()! : `gone_${index}`;
    return {
      name: `drop_${column}_of_${name}`,
      sql: `alter table ${name} drop column if exists ${column};`,
    };
  },
];

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length]!;
}
