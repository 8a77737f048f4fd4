/**
 * Liquibase's history: one row per change set in `databasechangelog`, and a row that is its lock in
 * `databasechangeloglock`.
 */
import type { Migration } from "../../migrations/migration.ts";
import { qualified } from "../../postgres/identifiers.ts";
import type { ForeignHistory, ForeignRow, ForeignTable } from "../history.ts";
import { isoOf, tablesNamed, tableOf } from "../tables-named.ts";
import { keyOf, type ChangeSet } from "./change-set.ts";
import { checkSumOf } from "./check-sum.ts";

const NAME = "databasechangelog";
const LOCK = "databasechangeloglock";
/** Those of every version since 3.4. */
const COLUMNS = [
  "id",
  "author",
  "filename",
  "dateexecuted",
  "orderexecuted",
  "exectype",
  "md5sum",
  "description",
  "comments",
  "tag",
  "liquibase",
  "contexts",
  "labels",
  "deployment_id",
];

const changeSets = new WeakMap<Migration, ChangeSet>();

export function remember(migration: Migration, changeSet: ChangeSet): void {
  changeSets.set(migration, changeSet);
}

export function liquibaseHistory(): ForeignHistory {
  const lockOf = ({ schema }: ForeignTable): string => qualified(schema, LOCK);
  return {
    failedAdvice: "Delete its row from `databasechangelog`, or write `EXECUTED` into `exectype`.",
    defaultTable: { schema: "public", name: NAME },
    async find(db) {
      const tables = await tablesNamed(db, NAME);
      return tables.filter(({ columns }) => COLUMNS.every((name) => name in columns));
    },
    async read(db, table) {
      const rows = await db.query(
        `select id, author, filename, md5sum, exectype,
           ${isoOf("dateexecuted", "timestamp")} as executed
         from ${tableOf(table)} order by dateexecuted, orderexecuted`,
      );
      return rows.map((row): ForeignRow => {
        const { id, author, filename, md5sum } = row as Record<string, string>;
        const path = filename!.replaceAll("\\", "/").replace(/^classpath\*?:\/*/, "");
        return {
          key: keyOf({ id: id!, author: author!, path }),
          label: { version: `${author}:${id}`, name: `${author}:${id}` },
          state: row["exectype"] === "FAILED" ? "failed" : "applied",
          // Sums of older versions are replaced by Liquibase itself at its next run.
          checksum: md5sum?.startsWith("9:") ? md5sum : null,
          appliedAt: row["executed"] ?? null,
          appliedBy: null,
          durationMs: null,
        };
      });
    },
    expand: (rows, migrations) => {
      const places = placesOf(migrations);
      return rows.map((row) => {
        const migration = matching(row.key, places);
        const changeSet = migration && changeSets.get(migration);
        if (migration === undefined || changeSet === undefined) return row;
        const isAny = changeSet.validCheckSums.some((sum) => /^(?:any|\d+:any)$/i.test(sum));
        return { ...row, key: migration.theirs!.key, ...(isAny && { checksum: null }) };
      });
    },
    async locks(db, table) {
      const [lock] = await tablesNamed(db, LOCK).then((all) =>
        all.filter(({ schema }) => schema === table.schema),
      );
      if (lock === undefined) return [];
      const rows = await db.query(`select id from ${lockOf(table)} where id = 1`);
      if (rows.length === 0) return [];
      return [
        {
          kind: "row",
          take: `update ${lockOf(table)} set locked = true, lockedby = 'Lockstep', lockgranted = localtimestamp where id = 1 and locked = false`,
          release: `update ${lockOf(table)} set locked = false, lockedby = null, lockgranted = null where id = 1`,
        },
      ];
    },
    create: (table) => [
      `create table if not exists ${lockOf(table)} (
         id integer not null, locked boolean not null, lockgranted timestamp without time zone,
         lockedby character varying(255), constraint databasechangeloglock_pkey primary key (id)
       )`,
      `insert into ${lockOf(table)} (id, locked) select 1, false where not exists (select from ${lockOf(table)})`,
      `create table if not exists ${tableOf(table)} (
         id character varying(255) not null, author character varying(255) not null,
         filename character varying(255) not null, dateexecuted timestamp without time zone not null,
         orderexecuted integer not null, exectype character varying(10) not null,
         md5sum character varying(35), description character varying(255),
         comments character varying(255), tag character varying(255),
         liquibase character varying(20), contexts character varying(255),
         labels character varying(255), deployment_id character varying(10)
       )`,
    ],
    record(table, migration, { appliedAt }) {
      const changeSet = changeSets.get(migration)!;
      const { path, isLogical } = changeSet;
      const slash = path.lastIndexOf("/") + 1;
      // Liquibase may look from further above: its rows of the same folder say from where.
      const folder = isLogical
        ? "$4"
        : `coalesce((select d.folder from
             (select pg_catalog.regexp_replace(filename, '[^/]*$', '') as folder from ${tableOf(table)}) d
           where pg_catalog.right('/' || d.folder, pg_catalog.length('/' || $4)) = '/' || $4
           order by pg_catalog.length(d.folder) limit 1), $4)`;
      return [
        {
          text: `insert into ${tableOf(table)}
                   (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum, description,
                    comments, liquibase, contexts, labels, deployment_id)
                 select $1, $2, ${folder} || $5,
                   coalesce($3::pg_catalog.timestamptz at time zone pg_catalog.current_setting('TimeZone'), localtimestamp),
                   coalesce((select pg_catalog.max(orderexecuted) from ${tableOf(table)}), 0) + 1,
                   'EXECUTED', $6, 'sql', $7, 'Lockstep', $8, $9,
                   pg_catalog.right((extract(epoch from pg_catalog.clock_timestamp()) * 1000)::pg_catalog.int8::pg_catalog.text, 10)`,
          values: [
            changeSet.id,
            changeSet.author,
            appliedAt,
            path.slice(0, slash),
            path.slice(slash),
            checkSumOf(changeSet),
            changeSet.comment.slice(0, 255),
            shownContexts(changeSet.contexts),
            changeSet.labels?.toLowerCase() ?? null,
          ],
        },
      ];
    },
    forget(table, migration) {
      const { id, author } = changeSets.get(migration)!;
      return [
        {
          text: `delete from ${tableOf(table)} where id = $1 and author = $2 and (filename = $3 or pg_catalog.right(filename, pg_catalog.length('/' || $3)) = '/' || $3)`,
          values: [id, author, changeSets.get(migration)!.path],
        },
      ];
    },
  };
}

/** What has more than one name in it is in parentheses. */
function shownContexts(contexts: string | null): string | null {
  if (!contexts) return null;
  const text = contexts.toLowerCase();
  return /,|\s(?:and|or)\s/.test(text) ? `(${text})` : text;
}

function placesOf(migrations: readonly Migration[]): Map<string, Migration[]> {
  const places = new Map<string, Migration[]>();
  for (const migration of migrations) {
    const changeSet = changeSets.get(migration);
    if (changeSet === undefined) continue;
    const name = `${changeSet.id}::${changeSet.author}`;
    const same = places.get(name);
    if (same) same.push(migration);
    else places.set(name, [migration]);
  }
  return places;
}

/** The same id, author and file, whatever folder Liquibase and we look from. */
function matching(key: string, places: ReadonlyMap<string, Migration[]>): Migration | undefined {
  const at = key.indexOf("::");
  const path = key.slice(0, at);
  const isSame = (theirs: string): boolean =>
    theirs === path || theirs.endsWith(`/${path}`) || path.endsWith(`/${theirs}`);
  const candidates = places.get(key.slice(at + 2)) ?? [];
  return (
    candidates.find(({ theirs }) => theirs!.key === key) ??
    candidates.find((migration) => isSame(changeSets.get(migration)!.path))
  );
}
