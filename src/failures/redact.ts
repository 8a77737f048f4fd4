/**
 * Removes passwords from text that people or machines will read. It would rather remove too much
 * than leave a part: a password with unusual characters is exactly what ends up in error messages.
 */

/** `scheme://user:`, the part of a URL before its password. */
const URL_USER = /:\/\/[^\s:/?#@[]*:/;

/** A single-quoted value: with doubled or backslashed quotes inside, or quoted twice as in SQL. */
const QUOTED = String.raw`''(?!')(?:[^']|'(?!'))+''|'(?:[^'\\]|''|\\[\s\S])*'?|"(?:[^"\\]|\\[\s\S])*"?`;

/** `password=…` and `PGPASSWORD=…`; in the query part of a URL the value ends at `&`. */
const URL_PARAMETER = /([?&]\w*passw(?:or)?d=)([^\s&]+)/gi;
const KEY_VALUE = new RegExp(
  String.raw`(?<![?&\w])(\w*passw(?:or)?d\s*=(?![=>])\s*)(${QUOTED}|(?:\\[\s\S]|\S)+)`,
  "gi",
);

/** `password: "…"` in an object that was printed. */
const PROPERTY = new RegExp(String.raw`(password["']?\s*:\s*)(${QUOTED})`, "gi");

/** `PASSWORD '…'` of CREATE and ALTER ROLE and of user mappings; also E'…', U&'…' and $$…$$. */
const SQL_LITERAL = new RegExp(
  String.raw`(\bpassword(?:\s|\/\*[\s\S]*?\*\/|--[^\n]*\n)+)` +
    String.raw`((?:e|n|u&)?'(?:[^'\\]|''|\\[\s\S])*'?|\$(\w*)\$[\s\S]*?(?:\$\3\$|$))`,
  "gi",
);

const PATTERNS = [URL_PARAMETER, KEY_VALUE, PROPERTY, SQL_LITERAL];

export function redact(text: string): string {
  return replaceSecrets(text, () => "***");
}

/**
 * The same, keeping every character's place, so that positions in the text stay true. It shows how
 * long the secret is; that is the price for a caret under the right word.
 */
export function redactInPlace(text: string): string {
  return replaceSecrets(text, (secret) => secret.replace(/[^\r\n]/gu, "*"));
}

function replaceSecrets(text: string, mask: (secret: string) => string): string {
  // The common case costs one scan.
  if (!/:\/\/|passw/i.test(text)) return text;
  let clean = text.replace(/\S+/g, (word) => replaceInUrl(word, mask));
  for (const pattern of PATTERNS) {
    clean = clean.replace(
      pattern,
      (_whole, before: string, secret: string) =>
        before + (isMasked(secret) ? secret : mask(secret)),
    );
  }
  return clean;
}

/** Up to the last `@` of the word, because people leave `@` and `/` in passwords unescaped. */
function replaceInUrl(word: string, mask: (secret: string) => string): string {
  const end = word.lastIndexOf("@");
  const user = end === -1 ? null : URL_USER.exec(word);
  const start = user ? user.index + user[0].length : end;
  if (start >= end) return word;
  const secret = word.slice(start, end);
  return word.slice(0, start) + (isMasked(secret) ? secret : mask(secret)) + word.slice(end);
}

/** A second pattern must not take what the first has left. */
function isMasked(secret: string): boolean {
  return /^\*+$/.test(secret);
}
