/**
 * Reads the fields that a server sent out of whatever was thrown. It goes by shape instead of by
 * `instanceof`, because a migration may bring its own copy of the driver or wrap its errors.
 */
import { Failure, type ServerError } from "./failure.ts";

/** Wrappers around wrappers are followed this far. */
const MAX_DEPTH = 5;

type StringField = Exclude<
  keyof ServerError,
  "sqlstate" | "message" | "position" | "internalPosition"
>;

const STRING_FIELDS: readonly StringField[] = [
  "severity",
  "detail",
  "hint",
  "where",
  "internalQuery",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "routine",
];

/** What the server said, when the error or one of its causes came from a server. */
export function serverError(error: unknown): ServerError | undefined {
  for (const candidate of causes(error)) {
    if (candidate instanceof Failure && candidate.server) return candidate.server;
    const fields = candidate as unknown as Record<string, unknown>;
    if (isServerError(fields)) return read(fields, candidate.message);
  }
  return undefined;
}

/** The error itself, then its causes; an AggregateError stands for its first error. */
export function* causes(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth++) {
    yield current;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
}

/** `EPIPE` also looks like a SQLSTATE; only errors of a server have a severity as well. */
function isServerError(fields: Record<string, unknown>): boolean {
  return (
    typeof fields["code"] === "string" &&
    /^[0-9A-Z]{5}$/.test(fields["code"]) &&
    typeof fields["severity"] === "string"
  );
}

function read(fields: Record<string, unknown>, message: string): ServerError {
  const found: Partial<Record<StringField, string>> = {};
  for (const name of STRING_FIELDS) {
    const value = fields[name];
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  const position = toPosition(fields["position"]);
  const internalPosition = toPosition(fields["internalPosition"]);
  return {
    sqlstate: String(fields["code"]),
    message,
    ...found,
    ...(position !== undefined && { position }),
    ...(internalPosition !== undefined && { internalPosition }),
  };
}

/** The protocol sends positions as decimal strings. */
function toPosition(value: unknown): number | undefined {
  const position = Number(value);
  return Number.isInteger(position) && position > 0 ? position : undefined;
}
