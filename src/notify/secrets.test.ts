import { expect, test } from "vitest";

import { Secrets } from "./secrets.ts";

test("a value is taken from where it is, without the line end of a file", () => {
  const secrets = new Secrets({ KEY: "k3y\n", EMPTY: " " });
  expect(secrets.required("plain", "key")).toBe("plain");
  expect(secrets.required({ env: "KEY" }, "key")).toBe("k3y");
  expect(secrets.optional({ env: "EMPTY" })).toBeUndefined();
});

test.each([
  [{ env: "ABSENT" }, "`key` is to be taken from the variable `ABSENT`, which is not set"],
  [undefined, "`key` is not given"],
  ["", "`key` is not given"],
  ["a\r\nb", "`key` contains a line end or another control character"],
])("%j is missing, and that is said without a value", (value, words) => {
  expect(() => new Secrets({}).required(value, "key")).toThrow(words);
});

test("an address is a secret with all its parts, and its login becomes a header", () => {
  const secrets = new Secrets({});
  const { url, headers } = secrets.endpoint(
    "https://bot:pa%20ss@example.com/T0/B0/tok?key=q",
    "url",
  );
  expect(url).toBe("https://example.com/T0/B0/tok?key=q");
  expect(headers).toEqual({ authorization: `Basic ${btoa("bot:pa ss")}` });
  const said = `no hook at ${url} (path /T0/B0/tok?key=q, login pa ss, pa%20ss, ${btoa("bot:pa ss")})`;
  expect(secrets.hide(said)).toBe("no hook at *** (path ***, login ***, ***, ***)");
});

test("an address that is none is not printed", () => {
  expect(() => new Secrets({}).endpoint("hooks.example.com/tok", "url")).toThrow(
    /^`url` is no address[^]*http:\/\/$/,
  );
});
