/** A run that holds its lock: what the executors of the different kinds of steps are given. */
import type { JournalRow } from "../history/read.ts";
import type { Session } from "../postgres/session.ts";
import type { BlockerEnder } from "./end-blockers.ts";
import type { ConnectionKind, PreviousRun } from "./events.ts";
import type { Migration } from "../migrations/migration.ts";
import type { OldCode } from "./contract.ts";
import type { KeptWriter } from "./kept-history.ts";
import type { Observer } from "./observer.ts";
import type { RunContext } from "./run-context.ts";
import type { ServerFacts } from "./session-settings.ts";
import type { WaitRecord } from "./stall-guard.ts";

export interface ContractStep {
  /** The version that code must ship to work on the schema behind it. */
  readonly needs: string;
  /** Who was in the way when it was forced. */
  readonly forced?: OldCode;
}

export interface LockedRun {
  readonly ctx: RunContext;
  readonly connection: ConnectionKind;
  readonly session: Session;
  /** The backend of `session`; on a pooled connection it changes with every transaction. */
  readonly pid: number;
  /** The login role. */
  readonly user: string;
  /** Missing on a pooled connection whose pool had no second place for us. */
  readonly observer: Observer | undefined;
  /** Ends blockers as the configuration says; missing where it says nothing. */
  blockers?: BlockerEnder;
  readonly server: ServerFacts;
  /** An event trigger runs code at DDL: no file is quiet (sql/quiet.ts). */
  eventTriggers: boolean;
  readonly waits: WaitRecord;
  /** Fencing: what the state row must still say when a step commits. */
  epoch: string;
  /** The run that ended before this one. */
  readonly previous: PreviousRun | null;
  /** The fingerprint of the schema before the work; null where there is none to compare with. */
  readonly schemaNow: string | null;
  /** Steps of unfinished files, as the journal has them. */
  journal: readonly JournalRow[];
  /** A file ran in this session and may have left settings, a role or temporary objects. */
  used: boolean;
  /** The history of another tool that is written too. */
  theirs?: KeptWriter;
  /** The server has parsed the history insert of quiet files, and nothing has dropped it since. */
  recordParsed: boolean;
  /** The contract migrations among the work; see contract-guard.ts. */
  contracts?: Map<Migration, ContractStep>;
}
