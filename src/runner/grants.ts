/**
 * The rights of each role as SQL, for an administrator to read and apply with psql. Pure text.
 *
 * G1. Every statement that is not a comment is needed: test/grants.test.ts leaves out each one in
 *     turn and names what breaks.
 * G2. The text can be applied again, before and after the first run.
 * G3. Nothing is given on tables of the application: names of those are not known here.
 */
import { historyNames, type HistoryNames } from "../history/tables.ts";
import { quoteIdent, quoteLiteral } from "../postgres/identifiers.ts";

export interface GrantsOptions {
  readonly historySchema: string;
  readonly historyPrefix: string;
  readonly roles: {
    /** Logs in for `lockstep up`. */
    readonly migrator?: string;
    /** Logs in for the read-only check of application pods. */
    readonly gate?: string;
    /** Whoever should see what other roles run. */
    readonly observer?: string;
    /** Logs in for the application, which registers its heartbeats. */
    readonly app?: string;
  };
}

export function grants(options: GrantsOptions): string {
  const { migrator, gate, observer, app } = options.roles;
  const names = historyNames(options);
  const own = options.historyPrefix === "";
  const parts = [
    `-- Apply in the database concerned, as a superuser, or on a managed server as its administrator,
-- who needs to be a member of the migrator's role for that.`,
    ...(migrator === undefined && gate === undefined && app === undefined
      ? []
      : [schemaPart(names, own)]),
    ...(migrator === undefined ? [] : [migratorPart(names, migrator)]),
    ...(gate === undefined ? [] : [gatePart(names, gate, migrator, own)]),
    ...(app === undefined ? [] : [appPart(names, app, app !== gate)]),
    ...(observer === undefined ? [] : [observerPart(observer)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function schemaPart(names: HistoryNames, own: boolean): string {
  return own
    ? `-- The schema of the history, so that nobody needs CREATE on the database.
create schema if not exists ${quoteIdent(names.schema)};`
    : `-- The history shares the schema ${commented(quoteIdent(names.schema))} with other tables; it is there already.`;
}

function migratorPart(names: HistoryNames, migrator: string): string {
  const schema = quoteIdent(names.schema);
  const role = quoteIdent(migrator);
  return `-- Migrator: creates the history tables and owns them.
grant usage, create on schema ${schema} to ${role};
-- Without a prepared schema this does instead, and the first run creates it:
--   grant create on database <database> to ${commented(role)};
-- Tables of the application: only the owner of a table, or a member of the owning role, may alter
-- it. The membership must be inherited (the default), or the files say \`lockstep:role\`.
--   grant <owner of the tables> to ${commented(role)};
-- New tables need CREATE on their schema (since 15 not given to everybody on \`public\`):
--   grant usage, create on schema <schema> to ${commented(role)};`;
}

function gatePart(
  names: HistoryNames,
  gate: string,
  migrator: string | undefined,
  own: boolean,
): string {
  const schema = quoteIdent(names.schema);
  const role = quoteIdent(gate);
  const usage = `-- Gate: reads the history, nothing else.
grant usage on schema ${schema} to ${role};`;
  const existing = `-- The history tables that exist now.\n${grantExisting(names, gate, own)}`;
  if (own && migrator !== undefined) {
    return `${usage}
${existing}
-- The history tables that the migrator will create. The schema holds nothing but the history.
alter default privileges for role ${quoteIdent(migrator)} in schema ${schema}
  grant select on tables to ${role};`;
  }
  const why = own
    ? "-- Who creates the tables is not known here: apply this again after the first run."
    : `-- Default privileges would open the application's tables in ${commented(schema)} too: apply this again
-- after the first run.`;
  return `${usage}\n${existing}\n${why}`;
}

/** Default privileges would open the other tables of the history as well. */
function appPart(names: HistoryNames, app: string, usage: boolean): string {
  const role = quoteIdent(app);
  const body = `
begin
  if pg_catalog.to_regclass(${quoteLiteral(names.heartbeats)}) is not null then
    grant select, insert, update, delete on ${names.heartbeats}
      to ${role};
  else
    raise notice 'There is no table of heartbeats yet: apply this again after the first run.';
  end if;
end `;
  const tag = dollarTag(body);
  const onSchema = usage ? `\ngrant usage on schema ${quoteIdent(names.schema)} to ${role};` : "";
  return `-- Application: says with heartbeats which code runs.${onSchema}
do ${tag}${body}${tag};`;
}

/**
 * What one read of the history needs: see history/read.ts. Of the audit trail it reads only that a
 * run went down; who did it and why stay hidden.
 */
function grantExisting(names: HistoryNames, gate: string, own: boolean): string {
  const tables = [names.migrations, names.journal, names.runs, names.state];
  const list = tables.join(", ");
  const body = `
begin
  if pg_catalog.to_regclass(${quoteLiteral(names.state)}) is not null then
    grant select on ${list}
      to ${quoteIdent(gate)};
    grant select (run_id, action, at) on ${names.audit}
      to ${quoteIdent(gate)};${
        own
          ? ""
          : `
  else
    raise notice 'The history does not exist yet: apply this again after the first run.';`
      }
  end if;
end `;
  const tag = dollarTag(body);
  return `do ${tag}${body}${tag};`;
}

/** A dollar quote that no name inside the body can end. */
function dollarTag(body: string): string {
  let tag = "$grants$";
  for (let n = 1; body.includes(tag); n++) tag = `$grants${n}$`;
  return tag;
}

function observerPart(observer: string): string {
  const role = quoteIdent(observer);
  return `-- Observer: sees since when other roles' transactions run and what they run. Blockers are found
-- without it, but their age and query stay hidden; sessions of the same login role never are.
-- pg_monitor is not needed.
grant pg_read_all_stats to ${role};
-- To end blockers of other roles by hand (never superusers'); Lockstep itself ends only its own:
--   grant pg_signal_backend to ${commented(role)};`;
}

/** A line break in a name would end the comment and run the rest of the name. */
function commented(identifier: string): string {
  return identifier.replace(/[\r\n]/g, " ");
}
