/** URIs as Perl's URI module writes them, which sqitch hashes and stores. */

const UNRESERVED = /^[A-Za-z0-9\-_.!~*'()]$/;
const PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** As it is stored: what may not stand in a URI is escaped. */
export function writtenUri(uri: string): string {
  return uri.replaceAll(/[^!-~]|["<>\\^`{|}]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `%${hex(byte)}`).join(""),
  );
}

/** As it is hashed. */
export function canonicalUri(uri: string): string {
  const [, name, rest = ""] = /^([A-Za-z][A-Za-z0-9.+-]*):([^]*)$/.exec(writtenUri(uri)) ?? [];
  if (name === undefined) return unescapeUnreserved(writtenUri(uri));
  const scheme = name.toLowerCase();
  const canonical = unescapeUnreserved(rest);
  const port = PORTS[scheme];
  const parts = /^\/\/([^/?#]*)([^?#]*)([^]*)$/.exec(canonical);
  if (port === undefined || parts === null) return `${scheme}:${canonical}`;
  const [, authority = "", path = "", end = ""] = parts;
  const at = authority.lastIndexOf("@") + 1;
  const host = authority
    .slice(at)
    .toLowerCase()
    .replace(new RegExp(`:(?:${port})?$`), "");
  const root = path === "" && !end.startsWith("?") ? "/" : path;
  return `${scheme}://${authority.slice(0, at)}${host}${root}${end}`;
}

function unescapeUnreserved(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (escape, digits: string) => {
    const char = String.fromCodePoint(Number.parseInt(digits, 16));
    return UNRESERVED.test(char) ? char : escape.toUpperCase();
  });
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
