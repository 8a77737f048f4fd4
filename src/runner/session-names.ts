/**
 * What the sessions of a run are called in pg_stat_activity. Everybody may read the name there, also
 * who may read neither state nor query: so it says who it is, and while it lasts where the run is.
 * Pure.
 *
 * N1. Every name begins with `lockstep` and the first eight digits of the run's id; the observer's
 *     ends with `observer`.
 * N2. A name has at most 63 bytes and is ASCII: the server cuts the rest off and replaces what it
 *     does not like (pg_clean_ascii). What is too long is the migration, which then ends with `~`.
 */
const BYTES = 63;
const OBSERVER = " observer";

/** Of any session of a run that says nothing more: the host says which pod it is. */
export function runSessionName(runId: string, host: string): string {
  return `${begin(runId)} ${host}`.slice(0, BYTES);
}

/** Of the observer while nothing takes long. */
export function observerName(applicationName: string): string {
  return applicationName.slice(0, BYTES - OBSERVER.length) + OBSERVER;
}

/** `lockstep 1a2b3c4d at 3_add_email`: of the session that works. */
export function workingName(runId: string, migration: string): string {
  return at(runId, migration, "");
}

/** `lockstep 1a2b3c4d at 3_add_email observer`: of the observer while a file takes long. */
export function observingName(runId: string, migration: string): string {
  return at(runId, migration, OBSERVER);
}

export interface Waits {
  readonly pids: readonly number[];
  readonly attempt: number;
  readonly migration: string;
}

/** `lockstep 1a2b3c4d at 3_add_email waits 4711 (2) observer`: in the second attempt. */
export function waitingName(runId: string, { pids, attempt, migration }: Waits): string {
  const named = (count: number): string => {
    const list = pids.length === 0 ? "" : ` ${pids.slice(0, count).join(",")}`;
    const again = attempt === 1 ? "" : ` (${attempt})`;
    return at(runId, migration, ` waits${list}${again}${OBSERVER}`);
  };
  // The version is worth more than the pids behind the first: fourteen digits, mostly.
  for (let count = Math.min(3, pids.length); count > 1; count -= 1) {
    const name = named(count);
    if (name.includes(asciiOnly(migration).slice(0, VERSION))) return name;
  }
  return named(1);
}

const VERSION = 14;

export interface SessionName {
  /** The first eight digits of the run's id. */
  readonly run: string;
  readonly observer: boolean;
  readonly migration?: string;
  /** Only the beginning of the migration's name was kept. */
  readonly cut?: true;
  /** The sessions that the run waits for; 0 is a prepared transaction. */
  readonly waitsFor?: readonly number[];
  readonly attempt?: number;
}

const NAME =
  /^lockstep ([0-9a-f]{8})(?: at (\S+?)(~)?( waits(?: ([\d,]+))?(?: \((\d+)\))?)?| .*?)?( observer)?$/;

/** What a name says; undefined for a session of somebody else. */
export function parseSessionName(name: string): SessionName | undefined {
  const [, run, migration, cut, waits, pids, attempt, observer] = NAME.exec(name) ?? [];
  if (run === undefined) return undefined;
  return {
    run,
    observer: observer !== undefined,
    ...(migration !== undefined && { migration }),
    ...(cut !== undefined && { cut: true as const }),
    ...(waits !== undefined && {
      waitsFor: (pids ?? "").split(",").filter(Boolean).map(Number),
      attempt: Number(attempt ?? 1),
    }),
  };
}

function begin(runId: string): string {
  return `lockstep ${runId.slice(0, 8)}`;
}

/** N2. Cut by hand, because the server says in a NOTICE that it cuts. */
function at(runId: string, migration: string, end: string): string {
  const before = `${begin(runId)} at `;
  const room = BYTES - before.length - end.length;
  const name = asciiOnly(migration);
  return before + (name.length <= room ? name : `${name.slice(0, Math.max(0, room - 1))}~`) + end;
}

/** A migration of another tool may be called anything. */
function asciiOnly(name: string): string {
  return name.replace(/[^\x21-\x7d]/g, "?");
}
