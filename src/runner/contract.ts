/**
 * Whether what old code uses may be taken away now. Pure: who runs was asked before (running-code.ts).
 *
 * C1. Unknown counts as old: an instance that does not say what it ships, a session that no instance
 *     accounts for, and a table of heartbeats that is empty, missing or not to be read.
 * C2. Old is who runs at this moment by the server's clock; a heartbeat that has expired counts for
 *     nothing, neither as old nor as new.
 */
import { Failure } from "../failures/failure.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { givenVersion } from "./given-version.ts";

/** A contract migration, and the version that every running instance has to ship. */
export interface ContractNeed {
  readonly migration: Migration;
  readonly needs: string;
}

/** Live instances of one release that ship the same of what is asked for. */
export interface RunningInstances {
  /** Null: they do not say. */
  readonly release: string | null;
  /** Which of the versions asked for they ship; null: they do not say. */
  readonly ships: readonly string[] | null;
  readonly hosts: readonly string[];
  /** The oldest of them, ISO 8601. */
  readonly since: string;
  readonly count: number;
}

/** Sessions of one role from one place that no live instance accounts for. */
export interface UnknownSessions {
  readonly role: string;
  /** Null: a socket of the server's machine, or hidden. */
  readonly address: string | null;
  /** This role may not see where they come from, so nothing can account for them. */
  readonly hidden: boolean;
  readonly application: string;
  /** Null where it is hidden. */
  readonly since: string | null;
  readonly count: number;
}

export interface RunningCode {
  /** Undefined: the table of heartbeats is not there; `unreadable`: no right to read it. */
  readonly instances: readonly RunningInstances[] | "unreadable" | undefined;
  readonly sessions: readonly UnknownSessions[];
  /** Who asked. */
  readonly user: string;
}

/** Who is in the way of a contract migration, as the audit trail keeps it. */
export interface OldCode {
  readonly needs: string;
  readonly heartbeats: "seen" | "none" | "unreadable";
  readonly instances: readonly RunningInstances[];
  readonly sessions: readonly UnknownSessions[];
}

const MOST_NAMED = 10;

/**
 * What each contract migration among these waits for. Where it counts (`strict`) a `lockstep:after`
 * that names nothing is an error; otherwise it is taken as it is written.
 */
export function contractNeeds(
  work: readonly Migration[],
  set: MigrationSet,
  strict = true,
): ContractNeed[] {
  return work.flatMap((migration) => {
    const { phase, after } = phaseOf(migration);
    if (phase !== "contract") return [];
    const { version } = migration;
    const known = after === undefined ? version : namedVersion(after, set);
    const needs = known ?? (strict ? undefined : (after ?? migration.id));
    if (needs === undefined) throw namesNothing(migration, after);
    return [{ migration, needs }];
  });
}

function namesNothing(migration: Migration, after: string | undefined): Failure {
  const location = { file: migration.up.path, line: 1, column: 1 };
  if (after === undefined) {
    return new Failure({
      class: "file.directive",
      migration: migration.id,
      location,
      what: `\`${migration.id}\` is marked contract and has no version that running code could ship.`,
      action: "Name one: `-- lockstep:after <version>`.",
    });
  }
  return new Failure({
    class: "file.directive",
    migration: migration.id,
    location,
    what: `\`lockstep:after ${after}\` names no migration of this project, so no code could ship it.`,
    action: "Write the version of a migration in the folder; `lockstep status` lists them.",
  });
}

function namedVersion(text: string, set: MigrationSet): Version | undefined {
  try {
    const version = givenVersion(text, set);
    return set.migrations.some((one) => one.version === version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Who is in the way; undefined: nobody. C1, C2. */
export function oldCodeFor(needs: string, running: RunningCode): OldCode | undefined {
  const { instances, sessions } = running;
  if (instances === "unreadable") {
    return { needs, heartbeats: "unreadable", instances: [], sessions };
  }
  if (instances === undefined || instances.length === 0) {
    return { needs, heartbeats: "none", instances: [], sessions };
  }
  const old = instances.filter(({ ships }) => ships === null || !ships.includes(needs));
  if (old.length === 0 && sessions.length === 0) return undefined;
  return { needs, heartbeats: "seen", instances: old, sessions };
}

export function oldCodeFailure(migration: Migration, old: OldCode, user: string): Failure {
  const lines = [...old.instances.map(instancesText), ...old.sessions.map(sessionsText)];
  const left = lines.length - MOST_NAMED;
  const hidden = old.sessions.some((one) => one.hidden);
  const action = actionFor(old);
  return new Failure({
    class: "contract.old_code",
    migration: migration.id,
    location: { file: migration.up.path, line: 1, column: 1 },
    what: `\`${migration.id}\` takes away what code before version ${old.needs} may use, and ${reasonOf(old, user)}.`,
    ...(action !== undefined && { action }),
    notes: [
      ...lines.slice(0, MOST_NAMED),
      ...(left > 0 ? [`and ${left} more`] : []),
      ...(hidden
        ? [
            `\`${user}\` may not see where sessions of other roles come from: grant pg_read_all_stats to it.`,
          ]
        : []),
    ],
  });
}

function reasonOf(old: OldCode, user: string): string {
  if (old.heartbeats === "unreadable") {
    return `\`${user}\` may not read which instances of the application run`;
  }
  if (old.heartbeats === "none") {
    return "no instance of the application has a heartbeat, so nobody knows what runs";
  }
  const instances = sum(old.instances);
  const sessions = sum(old.sessions);
  const parts = [
    ...(instances === 0
      ? []
      : [`${count(instances, "instance")} ${instances === 1 ? "runs" : "run"} without it`]),
    ...(sessions === 0
      ? []
      : [`${count(sessions, "session")} ${sessions === 1 ? "belongs" : "belong"} to nobody known`]),
  ];
  return parts.join(" and ");
}

function actionFor(old: OldCode): string | undefined {
  const rest = "Apply the rest meanwhile with `--phase expand`.";
  if (old.heartbeats === "unreadable") {
    return `Grant select on the table of heartbeats to this role. ${rest}`;
  }
  if (old.heartbeats === "none") {
    return `Have the application call \`heartbeat(pool)\` (docs/contract.md); where it is certain that no old code runs, add \`--force --reason "…"\`. ${rest}`;
  }
  if (old.instances.length > 0) return undefined;
  return `Wait until these sessions have ended, have their application call \`heartbeat(pool)\`, or name roles that are no application in \`contract.ignoreRoles\`. ${rest}`;
}

function instancesText(one: RunningInstances): string {
  const release = one.release === null ? "an unnamed release" : `release ${one.release}`;
  const silent =
    one.count === 1 ? ", which does not say what it ships" : ", which do not say what they ship";
  const ships = one.ships === null ? silent : "";
  const shown = one.hosts.slice(0, 3).join(", ");
  const more = one.hosts.length > 3 ? ` and ${one.hosts.length - 3} more` : "";
  return `${count(one.count, "instance")} of ${release} on ${shown}${more}, since ${one.since}${ships}`;
}

function sessionsText(one: UnknownSessions): string {
  const from = one.hidden ? "an address that is hidden" : (one.address ?? "the server's machine");
  const application = one.application === "" ? "" : ` (${one.application})`;
  const since = one.since === null ? "" : `, since ${one.since}`;
  return `${count(one.count, "session")} of \`${one.role}\`${application} from ${from}${since}`;
}

function sum(all: readonly { readonly count: number }[]): number {
  return all.reduce((total, one) => total + one.count, 0);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
