/** Whether this role can create the history, or write the one that is there. */
import { quoteIdent, quoteLiteral } from "../../postgres/identifiers.ts";
import { ok, type Check, type DoctorContext, type Finding } from "./check.ts";
import { listed } from "./wording.ts";

// By oid, because the functions that take names raise 42501 without USAGE on the schema.
const SCHEMA_RIGHTS = `
  select pg_catalog.has_schema_privilege(n.oid, 'USAGE') as usage,
         pg_catalog.has_schema_privilege(n.oid, 'CREATE') as create
  from pg_catalog.pg_namespace n
  where n.nspname = $1`;

/** Tables of the history on which a right of the runner is missing. */
const TABLE_RIGHTS = `
  select c.relname
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p')
    and c.relname in ($2 || 'migrations', $2 || 'journal', $2 || 'runs', $2 || 'state', $2 || 'audit')
    and not (pg_catalog.has_table_privilege(c.oid, 'SELECT')
             and pg_catalog.has_table_privilege(c.oid, 'INSERT'))
  order by c.relname`;

const DATABASE_RIGHT =
  "select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') as create";

export const historyRights: Check = {
  id: "history-rights",
  title: "Rights for the history",
  async look(ctx) {
    const { session, facts, run } = ctx;
    const schema = quoteIdent(run.names.schema);
    if (!facts.schemaExists) {
      const [row] = await session.query(DATABASE_RIGHT);
      if (row?.["create"] === "t") return ok(`The role can create the schema ${schema}.`);
      return fail(
        ctx,
        `Role \`${facts.user}\` cannot create the schema ${schema} in \`${facts.database}\`.`,
      );
    }
    const [rights] = await session.query(SCHEMA_RIGHTS, [run.names.schema]);
    if (rights?.["usage"] !== "t") {
      return fail(ctx, `Role \`${facts.user}\` has no USAGE on the schema ${schema}.`);
    }
    if (facts.historyExists) {
      const missing = await session.query(TABLE_RIGHTS, [
        run.names.schema,
        run.settings.historyPrefix,
      ]);
      if (missing.length === 0) return ok("The role can read and write the history.");
      const names = listed(missing.map((row) => `\`${row["relname"]}\``));
      return fail(ctx, `Role \`${facts.user}\` cannot read and write ${names} in ${schema}.`);
    }
    if (rights["create"] === "t") return ok(`The role can create tables in the schema ${schema}.`);
    return fail(ctx, `Role \`${facts.user}\` cannot create tables in the schema ${schema}.`);
  },
};

function fail({ facts }: DoctorContext, message: string): Finding {
  return {
    status: "fail",
    message,
    action: `Have an administrator apply \`lockstep grants --migrator ${shellWord(facts.user)}\`.`,
  };
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : quoteLiteral(text);
}
