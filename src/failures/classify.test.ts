import { describe, expect, test } from "vitest";
import { classify, serverError, type ClassifyContext } from "./classify.ts";
import { Failure } from "./failure.ts";
import { recordedErrors } from "./recorded-errors.ts";
import type { FailureClassId } from "./taxonomy.ts";

/** An error with the fields that `pg` sets on a DatabaseError. */
function fromServer(code: string, message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), { code, severity: "ERROR", ...fields });
}

function fromNode(code: string, fields: object = {}): Error {
  return Object.assign(new Error(code), { code, ...fields });
}

describe("errors recorded from real servers", () => {
  const cases = recordedErrors().map((row) => ({
    ...row,
    name: `${row.from}: ${row.error.sqlstate} ${row.error.message}`,
  }));
  test.each(cases)("$name is $expected", ({ error, context, expected }) => {
    const thrown = fromServer(error.sqlstate, error.message, error);
    expect(classify(thrown, context)).toBe(expected);
  });
});

describe("SQLSTATEs that are hard to provoke", () => {
  const cases: [string, string, FailureClassId, ClassifyContext?][] = [
    ["08000", "connection exception", "conn.lost"],
    ["08003", "connection does not exist", "conn.lost"],
    ["08006", "connection failure", "conn.lost", { phase: "statement" }],
    ["08001", "unable to connect", "conn.refused"],
    ["08006", "connection failure", "conn.refused", { phase: "connect" }],
    ["08006", "connection failure", "commit.ambiguous", { phase: "commit" }],
    ["08007", "transaction resolution unknown", "commit.ambiguous"],
    ["40003", "statement completion unknown", "commit.ambiguous"],
    ["08P01", "server conn crashed?", "commit.ambiguous", { phase: "commit" }],
    ["08P01", "pgbouncer cannot connect to server", "conn.refused"],
    [
      "08P01",
      "server login has been failing, try again later (server_login_retry)",
      "conn.refused",
    ],
    [
      "08P01",
      'server login has been failing, cached error: password authentication failed for user "a" (server_login_retry)',
      "auth.failed",
    ],
    ["08P01", "no such database: shop", "auth.no_database"],
    ["08P01", "invalid message format", "conn.lost"],
    [
      "57P01",
      "terminating connection due to administrator command",
      "commit.ambiguous",
      { phase: "commit" },
    ],
    [
      "57P02",
      "terminating connection because of crash of another server process",
      "conn.terminated",
    ],
    ["57P03", "the database system is starting up", "conn.terminated", { phase: "connect" }],
    ["57P04", "terminating connection because database was dropped", "conn.terminated"],
    ["53000", "insufficient resources", "memory"],
    ["53100", "could not extend file: No space left on device", "disk"],
    ["53200", "out of shared memory", "memory"],
    ["53300", "sorry, too many clients already", "conn.slots"],
    ["53400", "temporary file size exceeds temp_file_limit (1024kB)", "limits"],
    [
      "55000",
      'database "x" is not currently accepting connections',
      "auth.failed",
      { phase: "connect" },
    ],
    ["55006", 'cannot ALTER TABLE "t" because it has pending trigger events', "object.in_use"],
    ["58030", "could not read block 0: Input/output error", "corruption"],
    ["XX001", "invalid page in block 0", "corruption"],
    ["XX002", "index is not a btree", "corruption"],
    ["XX000", "cache lookup failed for relation 1", "corruption"],
    ["XX000", "tuple concurrently deleted", "catalog.race"],
    ["0A000", "cannot alter type of a column used by a trigger definition", "object.depends"],
    ["42P99", "a code of class 42 without a row", "invalid.definition"],
    ["HV000", "a foreign data wrapper's own", "unknown"],
  ];
  test.each(cases)("%s %s is %s", (code, message, expected, context) => {
    expect(classify(fromServer(code, message), context)).toBe(expected);
  });
});

describe("lock_timeout and NOWAIT share 55P03", () => {
  test("the routine tells them apart when the server translates its messages", () => {
    const translated = "storniere Anfrage wegen Zeitüberschreitung einer Sperre";
    const timeout = fromServer("55P03", translated, { routine: "ProcessInterrupts" });
    const nowait = fromServer("55P03", "konnte Sperre nicht setzen", {
      routine: "heap_lock_tuple",
    });
    expect(classify(timeout)).toBe("ddl.lock_timeout");
    expect(classify(nowait)).toBe("ddl.nowait");
  });

  test("a lock_timeout in a statement with NOWAIT is still a lock_timeout", () => {
    const timeout = fromServer("55P03", "canceling statement due to lock timeout");
    expect(classify(timeout, { nowait: true })).toBe("ddl.lock_timeout");
  });

  test("without routine and in another language, the statement decides", () => {
    expect(classify(fromServer("55P03", "?"), { nowait: true })).toBe("ddl.nowait");
    expect(classify(fromServer("55P03", "?"))).toBe("ddl.lock_timeout");
  });
});

describe("a cancel", () => {
  const cancel = fromServer("57014", "canceling statement due to user request");

  test("of Lockstep's own observer is a step back", () => {
    expect(classify(cancel, { steppedBack: true })).toBe("op.stepped_back");
  });

  test("that was really a statement timeout is not a step back", () => {
    const timeout = fromServer("57014", "canceling statement due to statement timeout");
    expect(classify(timeout, { steppedBack: true })).toBe("ddl.statement_timeout");
  });
});

describe("duplicates", () => {
  test("on a user's table called pg_something are data, not a catalog race", () => {
    const error = fromServer("23505", "duplicate key", {
      schema: "public",
      constraint: "pg_x_pkey",
    });
    expect(classify(error)).toBe("data.unique");
  });
});

describe("what an author raises", () => {
  const raised = { routine: "exec_stmt_raise" };

  test("is the author's guard, whatever SQLSTATE it borrows", () => {
    expect(classify(fromServer("55P03", "not now", raised))).toBe("guard.raise");
    expect(classify(fromServer("AB123", "own code", raised))).toBe("guard.raise");
  });

  test("with a serialization failure asks for another attempt", () => {
    expect(classify(fromServer("40001", "again", raised))).toBe("serialization");
  });
});

describe("errors without SQLSTATE", () => {
  const cases: [Error, FailureClassId, ClassifyContext?][] = [
    [fromNode("ECONNREFUSED", { syscall: "connect" }), "conn.refused"],
    [fromNode("ENOTFOUND", { syscall: "getaddrinfo" }), "conn.refused"],
    [fromNode("EAI_AGAIN"), "conn.refused"],
    [fromNode("EHOSTUNREACH"), "conn.refused"],
    [fromNode("ENOENT", { syscall: "connect" }), "conn.refused"],
    [fromNode("ETIMEDOUT", { syscall: "connect" }), "conn.refused"],
    [fromNode("ETIMEDOUT", { syscall: "read" }), "conn.lost"],
    [fromNode("ECONNRESET"), "conn.lost"],
    [fromNode("ECONNRESET"), "conn.refused", { phase: "connect" }],
    [fromNode("EPIPE"), "conn.lost"],
    [fromNode("EPIPE"), "commit.ambiguous", { phase: "commit" }],
    [fromNode("DEPTH_ZERO_SELF_SIGNED_CERT"), "auth.tls", { phase: "connect" }],
    [fromNode("ERR_TLS_CERT_ALTNAME_INVALID"), "auth.tls"],
    [fromNode("ERR_SSL_WRONG_VERSION_NUMBER"), "auth.tls"],
    [new Error("The server does not support SSL connections"), "auth.tls"],
    [new Error("self-signed certificate in certificate chain"), "auth.tls"],
    [
      new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string"),
      "auth.failed",
    ],
    [new Error("Connection terminated unexpectedly"), "conn.lost"],
    [new Error("Connection terminated"), "conn.lost"],
    [new Error("Connection terminated unexpectedly"), "commit.ambiguous", { phase: "commit" }],
    [new Error("Connection terminated unexpectedly"), "conn.refused", { phase: "connect" }],
    [new Error("timeout expired"), "conn.refused", { phase: "connect" }],
    [
      new Error("Client has encountered a connection error and is not queryable"),
      "conn.lost",
      { phase: "statement" },
    ],
    [fromNode("ENOENT", { syscall: "open" }), "unknown"],
    [new Error("something else"), "unknown"],
    [new TypeError("x is not a function"), "bug"],
  ];
  test.each(cases)("%s is %s", (error, expected, context) => {
    expect(classify(error, context)).toBe(expected);
  });

  test("an AggregateError of all addresses counts as its first error", () => {
    expect(classify(new AggregateError([fromNode("ECONNREFUSED")]))).toBe("conn.refused");
  });

  test("what is thrown need not be an Error", () => {
    expect(classify("text")).toBe("unknown");
    expect(classify(undefined)).toBe("unknown");
  });
});

describe("wrapped errors", () => {
  test("are classified by the server's error below", () => {
    const wrapped = new Error("Failed query", { cause: fromServer("23502", "null value") });
    expect(classify(wrapped)).toBe("data.not_null");
  });

  test("keep the class of a Failure", () => {
    expect(classify(new Failure({ class: "file.mixed", what: "It is mixed." }))).toBe("file.mixed");
  });

  test("that refer to themselves come to an end", () => {
    const error = new Error("round");
    error.cause = error;
    expect(classify(error)).toBe("unknown");
  });
});

describe("serverError", () => {
  test("reads every field and turns positions into numbers", () => {
    const fields = {
      detail: "d",
      hint: "h",
      where: "w",
      position: "12",
      internalPosition: "3",
      internalQuery: "select",
      schema: "s",
      table: "t",
      column: "c",
      dataType: "dt",
      constraint: "k",
      routine: "r",
    };
    const thrown = fromServer("42703", "no column", { ...fields, file: "parse.c", line: "9" });
    expect(serverError(thrown)).toEqual({
      ...fields,
      sqlstate: "42703",
      message: "no column",
      severity: "ERROR",
      position: 12,
      internalPosition: 3,
    });
  });

  test("leaves out what the server did not send", () => {
    const fields = { detail: undefined, position: undefined };
    expect(serverError(fromServer("42703", "no column", fields))).toEqual({
      sqlstate: "42703",
      message: "no column",
      severity: "ERROR",
    });
  });

  test("does not take EPIPE for a SQLSTATE", () => {
    expect(serverError(fromNode("EPIPE"))).toBeUndefined();
  });
});
