/**
 * The one error type that Lockstep throws on purpose. A `Failure` is complete for its reader: what
 * happened, what is the state now, what to do next. Anything else that escapes is a bug (exit 70).
 *
 * Passwords are removed here, once, from every text of a failure except its `cause`, so that no
 * output has to think of it.
 */
import { EXIT_CODES, type ExitCodeName } from "./exit-codes.ts";
import { redact, redactInPlace } from "./redact.ts";
import { failureClass, type FailureClassId } from "./taxonomy.ts";

/** A place in a file; lines and columns are 1-based, columns count code points. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The whole text of that line, without its line ending, for a code frame. */
  readonly lineText?: string;
}

/** What the server said, field by field, as the protocol names them. */
export interface ServerError {
  readonly sqlstate: string;
  readonly message: string;
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  /** 1-based, in code points, inside the statement that was sent. */
  readonly position?: number;
  readonly internalPosition?: number;
  readonly internalQuery?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  readonly routine?: string;
}

export interface FailureInit {
  readonly class: FailureClassId;
  /** What happened: one sentence, present tense, names the object. */
  readonly what: string;
  /** What is the state now; by default the sentence of the class. */
  readonly state?: string;
  /** What to do next, imperative; by default the sentence of the class. */
  readonly action?: string;
  readonly location?: SourceLocation;
  readonly server?: ServerError;
  /** Further lines: blockers, candidates, duplicates found. */
  readonly notes?: readonly string[];
  /** `<version>_<name>` of the migration concerned. */
  readonly migration?: string;
  /** When the state at run time decides (79 or 80), it overrides the code of the class. */
  readonly exit?: ExitCodeName;
  readonly cause?: unknown;
}

export class Failure extends Error {
  readonly class: FailureClassId;
  readonly what: string;
  readonly state: string;
  readonly action: string;
  readonly location: SourceLocation | undefined;
  readonly server: ServerError | undefined;
  readonly notes: readonly string[];
  readonly migration: string | undefined;
  readonly exit: ExitCodeName;

  constructor(init: FailureInit) {
    super(redact(init.what), init.cause === undefined ? undefined : { cause: init.cause });
    const row = failureClass(init.class);
    this.name = "Failure";
    this.class = init.class;
    this.what = redact(init.what);
    this.state = redact(init.state ?? row.state);
    this.action = redact(init.action ?? row.action);
    this.location = init.location && redactLocation(init.location);
    this.server = init.server && redactServer(init.server);
    this.notes = (init.notes ?? []).map(redact);
    this.migration = init.migration;
    this.exit = init.exit ?? row.exit;
  }

  get exitCode(): number {
    return EXIT_CODES[this.exit].code;
  }

  /** The same failure with fields added; fields that are already there win unless replaced here. */
  with(extra: Partial<FailureInit>): Failure {
    return new Failure({
      class: this.class,
      what: this.what,
      state: this.state,
      action: this.action,
      notes: this.notes,
      exit: this.exit,
      ...(this.location && { location: this.location }),
      ...(this.server && { server: this.server }),
      ...(this.migration !== undefined && { migration: this.migration }),
      ...(this.cause !== undefined && { cause: this.cause }),
      ...extra,
    });
  }

  /** The shape of a failure in `--json` events and in library results. */
  toJSON(): FailureJson {
    return {
      class: this.class,
      exitCode: this.exitCode,
      what: this.what,
      state: this.state,
      action: this.action,
      ...(this.migration !== undefined && { migration: this.migration }),
      ...(this.location && { location: this.location }),
      ...(this.server && { server: this.server }),
      ...(this.notes.length > 0 && { notes: this.notes }),
    };
  }
}

export interface FailureJson {
  readonly class: FailureClassId;
  readonly exitCode: number;
  readonly what: string;
  readonly state: string;
  readonly action: string;
  readonly migration?: string;
  readonly location?: SourceLocation;
  readonly server?: ServerError;
  readonly notes?: readonly string[];
}

function redactLocation(location: SourceLocation): SourceLocation {
  if (location.lineText === undefined) return location;
  return { ...location, lineText: redactInPlace(location.lineText) };
}

function redactServer(server: ServerError): ServerError {
  return {
    ...server,
    message: redact(server.message),
    ...(server.detail !== undefined && { detail: redact(server.detail) }),
    ...(server.hint !== undefined && { hint: redact(server.hint) }),
    ...(server.where !== undefined && { where: redact(server.where) }),
    // internalPosition points into this text.
    ...(server.internalQuery !== undefined && {
      internalQuery: redactInPlace(server.internalQuery),
    }),
  };
}
