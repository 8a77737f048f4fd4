/**
 * The registry of sqitch: six tables in a schema of their own, shared by all projects of the
 * database. A change is known by its id, which is a hash over its line in the plan and all lines
 * before it.
 */
import type { Migration } from "../../migrations/migration.ts";
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import type { BatchItem } from "../../postgres/batch.ts";
import type { ForeignHistory, ForeignRow, ForeignTable, RecordFacts } from "../history.ts";
import { isoOf, tablesNamed, textArray, type NamedTable } from "../tables-named.ts";
import { changeOf } from "./identity.ts";
import type { Dependency, PlanChange } from "./plan.ts";
import { writtenUri } from "./uri.ts";

/** Before registry 1.0 of 2015 the table of changes has no hash of the script. */
const WITHOUT_HASH = "without script_hash";

const COLUMNS = [
  "change_id",
  "change",
  "project",
  "note",
  "committed_at",
  "committer_name",
  "committer_email",
  "planned_at",
  "planner_name",
  "planner_email",
];
const NEIGHBOURS = ["dependencies", "events", "projects", "tags"];

interface SqitchRow extends ForeignRow {
  readonly project: string;
}

export const sqitchHistory: ForeignHistory = {
  defaultTable: { schema: "sqitch", name: "changes" },
  async find(db) {
    const tables = await tablesNamed(db, "changes");
    return tables.filter(isRegistry).map(({ schema, name, columns }) => ({
      schema,
      name,
      ...(columns["script_hash"] === undefined && { layout: WITHOUT_HASH }),
    }));
  },
  async read(db, table) {
    const hash = table.layout === WITHOUT_HASH ? "null" : "nullif(script_hash, change_id)";
    const rows = await db.query(
      `select change_id, change, project, ${hash} as script_hash, committer_name,
         ${isoOf("committed_at", "timestamptz")} as committed_at
       from ${tableOf(table, "changes")} order by ${tableOf(table, "changes")}.committed_at`,
    );
    return rows.map((row): SqitchRow => ({
      key: row["change_id"]!,
      state: "applied",
      checksum: row["script_hash"] ?? null,
      appliedAt: row["committed_at"]!,
      appliedBy: row["committer_name"]!,
      durationMs: null,
      note: `${row["project"]}:${row["change"]}`,
      project: row["project"]!,
    }));
  },
  /** The rows of other projects say nothing about this folder. */
  expand(rows, migrations) {
    const first = migrations[0];
    if (first === undefined) return rows;
    const { project } = changeOf(first);
    return rows.filter((row) => (row as SqitchRow).project === project);
  },
  locks: () => Promise.resolve([{ kind: "advisory", key: 75_474_063n }]),
  create,
  record,
  forget,
};

function isRegistry({ columns, neighbours }: NamedTable): boolean {
  return (
    COLUMNS.every((name) => columns[name] !== undefined) &&
    NEIGHBOURS.every((name) => neighbours.includes(name))
  );
}

function tableOf({ schema }: ForeignTable, name: string): string {
  return qualified(schema, name);
}

function record(table: ForeignTable, migration: Migration, facts: RecordFacts): BatchItem[] {
  const change = changeOf(migration);
  const { id, project } = change;
  const committer = [facts.by, emailOf(facts.by)];
  const planner = [change.plannedAt, change.plannerName, change.plannerEmail];
  const withHash = table.layout !== WITHOUT_HASH;
  // The newest one says how far the project is, so that it must be later than those before it.
  const committedAt = (value: string): string =>
    `greatest(coalesce(${value}::pg_catalog.timestamptz, pg_catalog.clock_timestamp()),
       (select pg_catalog.max(committed_at) + interval '1 microsecond'
        from ${tableOf(table, "changes")} where project = $2))`;
  const items: BatchItem[] = [
    {
      text: `insert into ${tableOf(table, "projects")} (project, uri, creator_name, creator_email)
             values ($1, $2, $3, $4) on conflict (project) do nothing`,
      values: [project, change.uri === undefined ? null : writtenUri(change.uri), ...committer],
    },
    {
      text: `insert into ${tableOf(table, "changes")}
               (change_id, project, change, note, committer_name, committer_email,
                planned_at, planner_name, planner_email, committed_at${withHash ? ", script_hash" : ""})
             values ($1, $2, $3, $4, $5, $6, $7::pg_catalog.timestamptz, $8, $9,
                     ${committedAt("$10")}${withHash ? ", $11" : ""})`,
      values: [
        id,
        project,
        change.name,
        change.note,
        ...committer,
        ...planner,
        facts.appliedAt,
        ...(withHash ? [migration.theirs!.checksums!()[0]!] : []),
      ],
    },
  ];
  for (const dependency of change.dependencies) {
    items.push(dependencyItem(table, change, dependency));
  }
  for (const tag of change.tags) {
    items.push({
      text: `insert into ${tableOf(table, "tags")}
               (tag_id, tag, project, change_id, note, committer_name, committer_email,
                planned_at, planner_name, planner_email, committed_at)
             select $1, $2, $3, change_id, $5, $6, $7, $8::pg_catalog.timestamptz, $9, $10, committed_at
             from ${tableOf(table, "changes")} where change_id = $4`,
      values: [
        tag.id,
        `@${tag.name}`,
        project,
        id,
        tag.note,
        ...committer,
        tag.plannedAt,
        tag.plannerName,
        tag.plannerEmail,
      ],
    });
  }
  items.push(eventItem(table, "deploy", change, committer));
  return items;
}

/** sqitch does not deploy where a change of another project is missing; then there is no row. */
function dependencyItem(
  table: ForeignTable,
  change: PlanChange,
  dependency: Dependency,
): BatchItem {
  const text = `insert into ${tableOf(table, "dependencies")} (change_id, type, dependency, dependency_id)`;
  if (dependency.conflict) {
    return {
      text: `${text} values ($1, 'conflict', $2, null)`,
      values: [change.id, dependency.text],
    };
  }
  const target = change.resolved.get(dependency)?.id ?? dependency.changeId;
  if (target !== undefined) {
    return {
      text: `${text} select $1, 'require', $2, change_id
             from ${tableOf(table, "changes")} where change_id = $3`,
      values: [change.id, dependency.text, target],
    };
  }
  const { project = "", change: name = null, tag = null } = dependency;
  return {
    text: `${text}
           select $1, 'require', $2, c.change_id
           from ${tableOf(table, "changes")} c
           left join ${tableOf(table, "tags")} t on t.project = c.project and t.tag = $5
           where c.project = $3
             and case when $4::pg_catalog.text is null then c.change_id = t.change_id
                      else c.change = $4 and ($5::pg_catalog.text is null or c.committed_at <= t.committed_at) end
           order by case when $5::pg_catalog.text is null then c.committed_at end,
                    c.committed_at desc
           limit 1`,
    values: [change.id, dependency.text, project, name, tag === null ? null : `@${tag}`],
  };
}

function eventItem(
  table: ForeignTable,
  event: "deploy" | "revert",
  change: PlanChange,
  committer: readonly string[],
): BatchItem {
  const texts = (conflict: boolean): string =>
    textArray(
      change.dependencies.filter((one) => one.conflict === conflict).map(({ text }) => text),
    );
  return {
    text: `insert into ${tableOf(table, "events")}
             (event, change_id, change, project, note, requires, conflicts, tags,
              committer_name, committer_email, planned_at, planner_name, planner_email, committed_at)
           values ('${event}', $1, $2, $3, $4, $5::pg_catalog.text[], $6::pg_catalog.text[],
             $7::pg_catalog.text[], $8, $9, $10::pg_catalog.timestamptz, $11, $12,
             coalesce((select c.committed_at from ${tableOf(table, "changes")} c where c.change_id = $1),
                      pg_catalog.clock_timestamp()))`,
    values: [
      change.id,
      change.name,
      change.project,
      change.note,
      texts(false),
      texts(true),
      textArray(change.tags.map(({ name }) => `@${name}`)),
      ...committer,
      change.plannedAt,
      change.plannerName,
      change.plannerEmail,
    ],
  };
}

function forget(table: ForeignTable, migration: Migration): BatchItem[] {
  const change = changeOf(migration);
  const values = [change.id];
  const by = "lockstep";
  return [
    { text: `delete from ${tableOf(table, "tags")} where change_id = $1`, values },
    { text: `delete from ${tableOf(table, "dependencies")} where change_id = $1`, values },
    { text: `delete from ${tableOf(table, "changes")} where change_id = $1`, values },
    eventItem(table, "revert", change, [by, emailOf(by)]),
  ];
}

/** It is required, and a role has none. */
function emailOf(name: string): string {
  return `${name}@localhost`;
}

function create(table: ForeignTable): string[] {
  const name = (one: string): string => tableOf(table, one);
  const project = `text not null references ${name("projects")}(project) on update cascade`;
  const change = `references ${name("changes")}(change_id) on update cascade`;
  const committed = `note text not null default '',
       committed_at timestamptz not null default clock_timestamp(),
       committer_name text not null,
       committer_email text not null,
       planned_at timestamptz not null,
       planner_name text not null,
       planner_email text not null`;
  return [
    `create schema if not exists ${quoteIdent(table.schema)}`,
    `comment on schema ${quoteIdent(table.schema)} is 'Sqitch database deployment metadata v1.1.'`,
    `create table if not exists ${name("releases")} (
       version real primary key,
       installed_at timestamptz not null default clock_timestamp(),
       installer_name text not null,
       installer_email text not null
     )`,
    `create table if not exists ${name("projects")} (
       project text primary key,
       uri text null unique,
       created_at timestamptz not null default clock_timestamp(),
       creator_name text not null,
       creator_email text not null
     )`,
    `create table if not exists ${name("changes")} (
       change_id text primary key,
       script_hash text null,
       change text not null,
       project ${project},
       ${committed},
       unique (project, script_hash)
     )`,
    `create table if not exists ${name("tags")} (
       tag_id text primary key,
       tag text not null,
       project ${project},
       change_id text not null ${change},
       ${committed},
       unique (project, tag)
     )`,
    `create table if not exists ${name("dependencies")} (
       change_id text not null ${change} on delete cascade,
       type text not null,
       dependency text not null,
       dependency_id text null ${change} constraint dependencies_check check (
         (type = 'require' and dependency_id is not null)
         or (type = 'conflict' and dependency_id is null)
       ),
       primary key (change_id, dependency)
     )`,
    `create table if not exists ${name("events")} (
       event text not null constraint events_event_check check (
         event in ('deploy', 'revert', 'fail', 'merge')
       ),
       change_id text not null,
       change text not null,
       project ${project},
       note text not null default '',
       requires text[] not null default '{}',
       conflicts text[] not null default '{}',
       tags text[] not null default '{}',
       committed_at timestamptz not null default clock_timestamp(),
       committer_name text not null,
       committer_email text not null,
       planned_at timestamptz not null,
       planner_name text not null,
       planner_email text not null,
       primary key (change_id, committed_at)
     )`,
    `insert into ${name("releases")} (version, installer_name, installer_email)
     values (1.1, 'lockstep', 'lockstep@localhost') on conflict (version) do nothing`,
  ];
}
