/** The pool of statements, one entry each; see model.ts. */
import {
  choose,
  type FileState,
  type Index,
  type Model,
  type Operation,
  type Table,
} from "./model.ts";

const ANYWHERE = ["tx", "statement"] as const;
const OUTSIDE = ["statement", "none"] as const;

const mark = (model: Model): { readonly up: string; readonly down: string } => {
  const what = `m${model.next()}`;
  return {
    up: `insert into ledger (what) values ('${what}');`,
    down: `delete from ledger where what = '${what}';`,
  };
};

/** Tables on which DDL is possible at this place. */
function quiet(model: Model, file: FileState): Table[] {
  return model.tables.filter((table) => !file.pending.has(table.name));
}

/** A change of rows: in a child of a deferred foreign key the check waits for COMMIT. */
function touched(table: Table, file: FileState): void {
  if (table.references.length > 0 && file.mode === "tx") file.pending.add(table.name);
}

function drop(index: Index, model: Model): void {
  model.indexes = model.indexes.filter((other) => other !== index);
}

const definition = (index: Index, how = ""): string =>
  `create index ${how}${index.name} on ${index.table} (${index.column});`;

function newIndex(model: Model, file: FileState, draw: number): Index | undefined {
  const table = choose(quiet(model, file), draw);
  if (!table) return undefined;
  const column = choose(["n", "src", ...table.columns], draw >> 3)!;
  return { name: `i${model.next()}`, table: table.name, column };
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: "mark",
    modes: ANYWHERE,
    write: (model) => mark(model),
  },
  {
    name: "create table",
    modes: ANYWHERE,
    write(model, file) {
      const name = `t${model.next()}`;
      model.tables.push({ name, columns: [], pinned: file.reversible, references: [] });
      return {
        up: `create table ${name} (id int primary key, n int not null default 0, src text);
insert into ${name} (id, src) select g, 'row; ' || g from pg_catalog.generate_series(1, 20) g;`,
        down: `drop table ${name};`,
      };
    },
  },
  {
    name: "drop table",
    modes: ANYWHERE,
    write(model, file, draw) {
      if (file.reversible) return undefined;
      const table = choose(
        quiet(model, file).filter((t) => !t.pinned && t.references.length === 0),
        draw,
      );
      if (!table) return undefined;
      model.tables.splice(model.tables.indexOf(table), 1);
      model.indexes = model.indexes.filter((index) => index.table !== table.name);
      return { up: `drop table ${table.name};` };
    },
  },
  {
    name: "count",
    modes: ANYWHERE,
    write(model, file, draw) {
      const table = choose(model.tables, draw);
      if (!table) return undefined;
      touched(table, file);
      return {
        up: `update ${table.name} set n = n + 1;`,
        down: `update ${table.name} set n = n - 1;`,
      };
    },
  },
  {
    name: "add column",
    modes: ANYWHERE,
    write(model, file, draw) {
      const table = choose(quiet(model, file), draw);
      if (!table) return undefined;
      const column = `c${model.next()}`;
      table.columns.push(column);
      return {
        up: `alter table ${table.name} add column ${column} int default ${draw % 7};`,
        down: `alter table ${table.name} drop column ${column};`,
      };
    },
  },
  {
    name: "drop column",
    modes: ANYWHERE,
    write(model, file, draw) {
      // Its place among the columns would be another one after it came back.
      if (file.reversible) return undefined;
      const table = choose(
        quiet(model, file).filter((t) => t.columns.length > 0),
        draw,
      );
      if (!table) return undefined;
      const column = choose(table.columns, draw >> 3)!;
      table.columns.splice(table.columns.indexOf(column), 1);
      model.indexes = model.indexes.filter((i) => i.table !== table.name || i.column !== column);
      return { up: `alter table ${table.name} drop column ${column};` };
    },
  },
  {
    name: "create index",
    modes: ANYWHERE,
    write(model, file, draw) {
      const index = newIndex(model, file, draw);
      if (!index) return undefined;
      model.indexes.push(index);
      return { up: definition(index), down: `drop index ${index.name};` };
    },
  },
  {
    name: "create index concurrently",
    modes: OUTSIDE,
    write(model, file, draw) {
      const index = newIndex(model, file, draw);
      if (!index) return undefined;
      model.indexes.push(index);
      return {
        up: definition(index, "concurrently "),
        down: `drop index concurrently ${index.name};`,
      };
    },
  },
  {
    name: "drop index concurrently",
    modes: OUTSIDE,
    write(model, _file, draw) {
      const index = choose(model.indexes, draw);
      if (!index) return undefined;
      drop(index, model);
      return {
        up: `drop index concurrently ${index.name};`,
        down: definition(index, "concurrently "),
      };
    },
  },
  {
    name: "reindex concurrently",
    modes: OUTSIDE,
    write(model, _file, draw) {
      const index = choose(model.indexes, draw);
      if (!index) return undefined;
      const sql = `reindex index concurrently ${index.name};`;
      return { up: sql, down: sql };
    },
  },
  {
    name: "vacuum",
    modes: OUTSIDE,
    write(model, _file, draw) {
      const table = choose(model.tables, draw);
      return table && { up: `vacuum ${table.name};`, down: `vacuum ${table.name};` };
    },
  },
  {
    name: "view",
    modes: ANYWHERE,
    write(model, file, draw) {
      const table = choose(quiet(model, file), draw);
      if (!table) return undefined;
      table.pinned = true;
      const name = `v${model.next()}`;
      model.views.push(name);
      return {
        up: `create view ${name} as select id, n from ${table.name} where n >= 0;`,
        down: `drop view ${name};`,
      };
    },
  },
  {
    name: "function",
    modes: ANYWHERE,
    write(model) {
      const name = `f${model.next()}`;
      return {
        up: `create function ${name}() returns bigint language plpgsql as $body$
begin -- a quote ' and a dollar $ in here
  return (select pg_catalog.count(*) from ledger);
end $body$;`,
        down: `drop function ${name}();`,
      };
    },
  },
  {
    name: "atomic function",
    modes: ANYWHERE,
    write(model, file, draw) {
      const table = choose(quiet(model, file), draw);
      if (!table) return undefined;
      table.pinned = true;
      const name = `f${model.next()}`;
      return {
        up: `create function ${name}() returns bigint begin atomic
  select pg_catalog.count(*) from ${table.name}; select 1::bigint;
end;`,
        down: `drop function ${name}();`,
      };
    },
  },
  {
    name: "create enum",
    modes: ANYWHERE,
    write(model, file) {
      const name = `e${model.next()}`;
      model.enums.push({ name, values: 0 });
      file.grown.add(name);
      return { up: `create type ${name} as enum ('new', 'old');`, down: `drop type ${name};` };
    },
  },
  {
    name: "add enum value",
    modes: ANYWHERE,
    write(model, file, draw) {
      // No statement takes a value back.
      if (file.reversible) return undefined;
      const type = choose(
        model.enums.filter(({ name }) => !file.grown.has(name)),
        draw,
      );
      if (!type) return undefined;
      return { up: `alter type ${type.name} add value 'v${model.next()}' before 'old';` };
    },
  },
  {
    name: "copy",
    modes: ANYWHERE,
    write(model, file, draw) {
      const table = choose(model.tables, draw);
      if (!table) return undefined;
      touched(table, file);
      const id = 100_000 + model.next();
      return {
        up: `copy ${table.name} (id, n, src) from stdin;\n${id}\t0\ta; 'b' \\\\ $$\n${id + 500_000}\t0\t\\N\n\\.\n`,
        down: `delete from ${table.name} where id in (${id}, ${id + 500_000});`,
      };
    },
  },
  {
    name: "do",
    modes: ANYWHERE,
    write(model) {
      const inner = mark(model);
      return { up: `do $do$ begin ${inner.up} perform 1; end $do$;`, down: inner.down };
    },
  },
  {
    name: "deferred foreign key",
    modes: ANYWHERE,
    write(model, file, draw) {
      const tables = quiet(model, file);
      const child = choose(tables, draw);
      const parent = choose(
        tables.filter((table) => table !== child),
        draw >> 3,
      );
      if (!child || !parent) return undefined;
      parent.pinned = true;
      const name = `r${model.next()}`;
      child.references.push({ column: name, parent: parent.name });
      return {
        up: `alter table ${child.name} add column ${name} int;
alter table ${child.name} add constraint ${name} foreign key (${name}) references ${parent.name} (id) deferrable initially deferred;`,
        down: `alter table ${child.name} drop constraint ${name};\nalter table ${child.name} drop column ${name};`,
      };
    },
  },
  {
    name: "child before its parent",
    // The check waits for COMMIT, so both rows must be in one transaction.
    modes: ["tx"],
    write(model, file, draw) {
      const child = choose(
        model.tables.filter(({ references }) => references.length > 0),
        draw,
      );
      if (!child) return undefined;
      const { column, parent } = choose(child.references, draw >> 3)!;
      const id = 200_000 + model.next();
      for (const name of [child.name, parent]) file.pending.add(name);
      return {
        up: `insert into ${child.name} (id, ${column}) values (${id}, ${id + 1_000_000});
insert into ${parent} (id) values (${id + 1_000_000});`,
        down: `delete from ${child.name} where id = ${id};
delete from ${parent} where id = ${id + 1_000_000};`,
      };
    },
  },
  {
    name: "set",
    modes: ANYWHERE,
    write: (_model, _file, draw) => {
      const sql = `set work_mem = '${1 + (draw % 8)}MB';`;
      return { up: sql, down: sql };
    },
  },
];
