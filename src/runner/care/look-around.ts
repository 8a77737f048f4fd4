/** Asks what careWarnings wants to know: two or three catalog queries for a whole plan. */
import { bytesFree } from "./local-disk.ts";
import { readIdentity } from "../../postgres/server-facts.ts";
import type { Session } from "../../postgres/session.ts";
import type { CareSettings } from "../../config/care-config.ts";
import { isSql, type Prepared } from "../prepare.ts";
import type { NamedRelation } from "../existing-relations.ts";
import { careWarnings, type Around, type MigrationCare } from "./plan-warnings.ts";
import { lookAtReplicas } from "./replica.ts";
import { readServer, readSizes, readTables } from "./surroundings.ts";

/** For all replicas together, so that a plan stays a look. */
const REPLICA_BUDGET_MS = 3_000;

/** The warnings of each migration, of those that were prepared with `forPlan`. */
export async function lookAround(
  session: Session,
  options: {
    readonly version: number;
    readonly prepared: readonly Prepared[];
    readonly care: CareSettings | undefined;
    exists(relation: NamedRelation): boolean;
  },
): Promise<(prepared: Prepared) => readonly string[]> {
  const { prepared, care, version } = options;
  const cares = new Map(prepared.map((one) => [one, careOfMigration(one, options)]));
  const all = [...cares.values()];
  if (all.every((one) => isEmpty(one))) return () => [];
  const work = all.flatMap((one) => one.work);
  const around: Around = {
    server: await readServer(session),
    tables: await readTables(
      session,
      version,
      all.flatMap(({ changes }) => changes),
    ),
    sizes: await readSizes(session, work),
    replicas: await replicasOf(session, all, care),
    freeDiskBytes: care?.freeDiskBytes ?? (work.length > 0 ? await bytesFree(session) : undefined),
  };
  return (one) => careWarnings(cares.get(one)!, around);
}

async function replicasOf(
  session: Session,
  all: readonly MigrationCare[],
  care: CareSettings | undefined,
): Promise<Around["replicas"]> {
  if (!care?.replicas || all.every(({ exclusive }) => exclusive.length === 0)) return [];
  // In a transaction a refusal would be its end.
  await session.query("savepoint lockstep_identity");
  const { systemIdentifier } = await readIdentity(session);
  await session.query("rollback to savepoint lockstep_identity");
  return lookAtReplicas(care.replicas, systemIdentifier, REPLICA_BUDGET_MS);
}

function careOfMigration(
  prepared: Prepared,
  { exists }: { exists(relation: NamedRelation): boolean },
): MigrationCare {
  const statements = isSql(prepared) ? prepared.statements : [];
  const exclusive = statements.flatMap(({ locks }) =>
    locks.filter((lock) => lock.mode === "ACCESS EXCLUSIVE" && exists(lock)),
  );
  return {
    exclusive: [...new Set(exclusive.map(({ relation }) => relation))],
    changes: statements.flatMap(({ care }) => care?.changes ?? []),
    work: statements.flatMap(({ care }) => care?.work ?? []),
  };
}

function isEmpty({ exclusive, changes, work }: MigrationCare): boolean {
  return exclusive.length === 0 && changes.length === 0 && work.length === 0;
}
