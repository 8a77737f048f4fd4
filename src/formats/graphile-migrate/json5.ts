/**
 * JSON with what people write into configuration files: comments, names without quotes, strings in
 * single quotes, a comma at the end. Numbers are those of JSON.
 */

const TOKENS =
  /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/|[A-Za-z_$][\w$]*|[^]/g;

export function parseJson5(text: string): unknown {
  const tokens: string[] = [];
  for (const [token] of text.replace(/^\uFEFF/, "").matchAll(TOKENS)) {
    if (/^(?:\/[/*]|\s)/.test(token)) continue;
    // A comma before the end of a list or an object.
    if (/^[\]}]$/.test(token) && tokens.at(-1) === ",") tokens.pop();
    tokens.push(token);
  }
  const json = tokens.map((token, index) => {
    if (token.length > 1 && /^["']/.test(token))
      return JSON.stringify(unescape(token.slice(1, -1)));
    const isName = /^[A-Za-z_$]/.test(token) && tokens[index + 1] === ":";
    return isName ? JSON.stringify(token) : token;
  });
  return JSON.parse(json.join(""));
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  0: "\0",
  // A string goes on in the next line.
  "\n": "",
  "\r\n": "",
};

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[^]))/g,
    (_all, u, x, one) => {
      const code = (u ?? x) as string | undefined;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return ESCAPES[one as string] ?? (one as string);
    },
  );
}
