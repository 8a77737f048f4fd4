/**
 * Connection URIs, by the rules of libpq's conninfo_uri_parse_options (fe-connect.c) rather than
 * those of WHATWG URLs: several hosts, `#` is an ordinary character, `+` is not a space.
 *
 * I1: a message never repeats the URI, because the part that is wrong may be the password.
 */
import { Failure } from "../failures/failure.ts";
import { isParamName, keepParam, type ParamName, type Params } from "./conninfo-params.ts";

const WHERE = "the connection string";
const SCHEME = /^postgres(?:ql)?:\/\//;

export function isUri(text: string): boolean {
  return SCHEME.test(text);
}

export function parseUri(uri: string, notes: string[]): Params {
  const params: Params = new Map();
  let rest = uri.replace(SCHEME, "");

  // libpq ends the user and password at the first `@`, and only looks for it before the first `/`.
  const userInfo = /^([^@/]*)@/.exec(rest);
  if (userInfo) {
    rest = rest.slice(userInfo[0].length);
    const [user = "", ...password] = userInfo[1]!.split(":");
    keep(params, "user", user);
    if (password.length > 0) keep(params, "password", password.join(":"));
  }

  const question = rest.indexOf("?");
  const path = question === -1 ? rest : rest.slice(0, question);
  const query = question === -1 ? "" : rest.slice(question + 1);
  const slash = path.indexOf("/");
  const authority = slash === -1 ? path : path.slice(0, slash);
  // Another `@` is most likely from a password that has `@` or `/` and is not percent-encoded. It
  // is refused in the database name too (libpq takes it there), because what follows would be
  // shown to people as the database's name.
  if (path.includes("@")) throw notEncoded();

  const { hosts, ports } = splitAuthority(authority);
  if (hosts.some((host) => host !== "")) keep(params, "host", hosts.join(","));
  if (ports.some((port) => port !== "")) keep(params, "port", ports.join(","));
  const port = params.get("port");
  if (port && !/^[\d,\s+-]*$/.test(port.value)) throw badPort();
  if (slash !== -1) keep(params, "dbname", path.slice(slash + 1));

  for (const pair of query.split("&")) {
    if (pair !== "") keepPair(params, notes, pair);
  }
  return params;
}

/** Splits `h1:p1,[::1]:p2,h3` into parallel lists; what is not given is an empty string. */
function splitAuthority(authority: string): { hosts: string[]; ports: string[] } {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const part of authority.split(",")) {
    if (part.startsWith("[")) {
      const match = /^\[([^\]]+)\](?::(.*))?$/.exec(part);
      if (!match) {
        throw new Failure({
          class: "config.invalid",
          what: "The IPv6 address in the connection string is not written as `[address]:port`.",
          action: "Write it in brackets, like `postgres://user@[::1]:5432/app`.",
        });
      }
      hosts.push(match[1]!);
      ports.push(match[2] ?? "");
    } else {
      const colon = part.indexOf(":");
      hosts.push(colon === -1 ? part : part.slice(0, colon));
      ports.push(colon === -1 ? "" : part.slice(colon + 1));
    }
  }
  return { hosts, ports };
}

/**
 * One `name=value` of the query. libpq refuses a second `=`; other drivers do not, and
 * `options=-csearch_path=app` is common, so the first one separates here.
 */
function keepPair(params: Params, notes: string[], pair: string): void {
  const equals = pair.indexOf("=");
  const name = decode(equals === -1 ? pair : pair.slice(0, equals));
  if (pair.includes("@") && !isParamName(name)) throw notEncoded();
  if (equals === -1) {
    throw new Failure({
      class: "config.invalid",
      what: `The parameter \`${name}\` in ${WHERE} has no value.`,
      action: `Write \`${name}=value\`, or remove it.`,
    });
  }
  keepParam(params, notes, name, decode(pair.slice(equals + 1)), WHERE);
}

function keep(params: Params, name: ParamName, encoded: string): void {
  const value = decode(encoded);
  if (value !== "") params.set(name, { value, from: `\`${name}\` in ${WHERE}` });
}

function decode(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text) || text.includes("%00")) throw badPercent();
  try {
    return decodeURIComponent(text);
  } catch {
    // Well-formed escapes that are no UTF-8.
    throw badPercent();
  }
}

function badPercent(): Failure {
  return new Failure({
    class: "config.invalid",
    what: "The connection string has a `%` that is not followed by two hexadecimal digits of UTF-8 text.",
    action: "Write a `%` in a name or password as `%25`.",
  });
}

function notEncoded(): Failure {
  return new Failure({
    class: "config.invalid",
    what: "The connection string has an `@` where a host is expected.",
    state: "Nothing is connected.",
    action:
      "Percent-encode special characters in the user and password: `@` is `%40`, `/` is `%2F`, `:` is `%3A`, `#` is `%23`, `%` is `%25`.",
  });
}

function badPort(): Failure {
  return new Failure({
    class: "config.invalid",
    what: "The port in the connection string is not a number.",
    action:
      "Write `host:port` with a number; when the part is from a password, percent-encode its `/` as `%2F` and its `@` as `%40`.",
  });
}
