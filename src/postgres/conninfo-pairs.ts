/** Connection strings of the form `host=db user='a b'`, by the rules of libpq's conninfo_parse. */
import { Failure } from "../failures/failure.ts";
import { keepParam, type Params } from "./conninfo-params.ts";

const WHERE = "the connection string";

export function parsePairs(text: string, notes: string[]): Params {
  const params: Params = new Map();
  const name = /\s*([^\s=]+)\s*/y;
  let at = 0;
  while (text.slice(at).trim() !== "") {
    name.lastIndex = at;
    const match = name.exec(text);
    // A word without `=` may be half of a password with a space in it: it is not repeated.
    if (!match || text[name.lastIndex] !== "=") throw missingEquals(params.size);
    const value = readValue(text, name.lastIndex + 1);
    keepParam(params, notes, match[1]!, value.text, WHERE);
    at = value.end;
  }
  return params;
}

/** Reads a value, quoted or not; a backslash takes the next character as it is in both. */
function readValue(text: string, start: number): { text: string; end: number } {
  let at = start;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  const quoted = text[at] === "'";
  if (quoted) at++;
  let value = "";
  for (; at < text.length; at++) {
    const char = text[at]!;
    if (quoted ? char === "'" : /\s/.test(char)) return { text: value, end: at + 1 };
    if (char === "\\") {
      at++;
      value += text[at] ?? "";
    } else {
      value += char;
    }
  }
  if (quoted) {
    throw new Failure({
      class: "config.invalid",
      what: "A quoted value in the connection string does not end.",
      action: "Close it with `'`; write a quote inside it as `\\'` and a backslash as `\\\\`.",
    });
  }
  return { text: value, end: at };
}

function missingEquals(given: number): Failure {
  return new Failure({
    class: "config.invalid",
    what: `The connection string has a word without \`=\` after its first ${given} parameters.`,
    action: "Write `name=value` pairs, and put a value that has spaces in single quotes.",
  });
}
