/**
 * What the pending files need of the server and it does not have: extensions that are not installed
 * on it, roles that nobody creates. Asked before the lock is tried, so that nothing stops half-way
 * for something that was known at the start.
 */
import { Failure, type SourceLocation } from "../failures/failure.ts";
import type { Session } from "../postgres/session.ts";
import type { Prepared, PreparedSql } from "./prepare.ts";

export interface Need {
  readonly kind: "extension" | "role";
  readonly name: string;
  readonly migration: string;
  readonly location: SourceLocation;
}

export async function refuseMissing(
  session: Session,
  prepared: readonly Prepared[],
): Promise<void> {
  const missing = await missingNeeds(session, prepared);
  const [first] = missing;
  if (first === undefined) return;
  const { kind, name } = first;
  const others = missing.slice(1);
  throw new Failure({
    class: kind === "extension" ? "requires.extension" : "requires.role",
    migration: first.migration,
    location: first.location,
    what:
      kind === "extension"
        ? `\`${first.migration}\` creates the extension \`${name}\`, which is not installed on this server.`
        : `\`${first.migration}\` needs the role \`${name}\`, which does not exist and which no pending migration creates.`,
    ...(kind === "role" && {
      action: `Create it (\`create role "${name.replaceAll('"', '""')}"\`), and run the same command again.`,
    }),
    notes: others.map(
      (one) =>
        `Also missing: the ${one.kind} \`${one.name}\` (${one.location.file}:${one.location.line}).`,
    ),
  });
}

/** Each at the first place that needs it, in the order of the files. */
export async function missingNeeds(
  session: Session,
  prepared: readonly Prepared[],
): Promise<readonly Need[]> {
  const needs = needsOf(prepared);
  if (needs.length === 0) return [];
  const there = await present(session, needs);
  return needs.filter(({ kind, name }) => !there.has(`${kind} ${name}`));
}

/** The first place of each. */
function needsOf(prepared: readonly Prepared[]): readonly Need[] {
  const needs = new Map<string, Need>();
  const created = new Set<string>();
  // From a block on that puts the name together, any role may be there.
  let anyRole = false;
  for (const one of prepared.filter(isSql)) {
    for (const { requires, line, column } of one.statements) {
      if (requires === undefined) continue;
      for (const role of requires.creates) created.add(role);
      anyRole ||= requires.createsUnnamed.length > 0;
      const at = {
        migration: one.migration.id,
        location: { file: one.file.path, line, column },
      };
      const add = (kind: Need["kind"], name: string): void => {
        if (kind === "role" && (anyRole || created.has(name))) return;
        const key = `${kind} ${name}`;
        if (!needs.has(key)) needs.set(key, { kind, name, ...at });
      };
      for (const name of requires.extensions) add("extension", name);
      for (const name of requires.roles) add("role", name);
    }
  }
  return [...needs.values()];
}

function isSql(prepared: Prepared): prepared is PreparedSql {
  return prepared.mode !== "module" && prepared.mode !== "opaque";
}

/** Of these needs. An extension that is there already needs no files any more. Verified on 14–18. */
async function present(session: Session, needs: readonly Need[]): Promise<ReadonlySet<string>> {
  const names = (kind: Need["kind"]): string =>
    JSON.stringify(needs.filter((need) => need.kind === kind).map(({ name }) => name));
  const rows = await session.query(
    `select 'extension ' || e.name as need from pg_catalog.pg_available_extensions e
       where e.name in (select pg_catalog.json_array_elements_text($1::pg_catalog.json))
     union all
     select 'extension ' || x.extname from pg_catalog.pg_extension x
       where x.extname in (select pg_catalog.json_array_elements_text($1::pg_catalog.json))
     union all
     select 'role ' || r.rolname from pg_catalog.pg_roles r
       where r.rolname in (select pg_catalog.json_array_elements_text($2::pg_catalog.json))`,
    [names("extension"), names("role")],
  );
  return new Set(rows.map(({ need }) => need!));
}
