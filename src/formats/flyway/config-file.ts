/**
 * Flyway's two kinds of configuration file, as flat keys without the leading `flyway.`. A list is its
 * members with commas between them, as in the older kind.
 */
export interface ConfigLine {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export interface ParsedConfig {
  readonly values: readonly ConfigLine[];
  /** Lines that cannot be read. */
  readonly unclear: readonly { readonly line: number; readonly text: string }[];
}

/** `flyway.conf` and the `.conf` of a script: `key=value`, `#` comments, a backslash at the end goes on. */
export function parseConf(text: string): ParsedConfig {
  const values: ConfigLine[] = [];
  const unclear: { line: number; text: string }[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let entry = lines[at]!.trim();
    if (entry === "" || entry.startsWith("#") || entry.startsWith("!")) continue;
    while (entry.endsWith("\\") && at + 1 < lines.length) {
      entry = entry.slice(0, -1).trimEnd() + lines[++at]!.trim();
    }
    const equals = entry.indexOf("=");
    if (equals <= 0) unclear.push({ line, text: entry });
    else {
      const key = entry
        .slice(0, equals)
        .trim()
        .replace(/^flyway\./, "");
      values.push({ key, value: entry.slice(equals + 1).trim(), line });
    }
  }
  return { values, unclear };
}

/** As much of TOML as a `flyway.toml` has: tables, strings, numbers, booleans and lists of them. */
export function parseToml(text: string): ParsedConfig {
  const values: ConfigLine[] = [];
  const unclear: { line: number; text: string }[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n/);
  let table: readonly string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let entry = withoutComment(lines[at]!).trim();
    if (entry === "") continue;
    const header = /^\[\s*([^[\]]+?)\s*\]$/.exec(entry)?.[1];
    if (header !== undefined) {
      table = keyParts(header);
      continue;
    }
    const [, name, first] = /^([\w.\-"']+)\s*=\s*(.*)$/.exec(entry) ?? [];
    let written = first ?? "";
    // A list may go on over several lines.
    while (written.startsWith("[") && !written.endsWith("]") && at + 1 < lines.length) {
      written += ` ${withoutComment(lines[++at]!).trim()}`;
    }
    const value = tomlValue(written);
    if (name === undefined || value === undefined) unclear.push({ line, text: entry });
    else values.push({ key: [...table, ...keyParts(name)].join("."), value, line });
  }
  return { values: flat(values), unclear };
}

/** `flyway.x` is `x`; what the chosen environment has belongs to it. */
function flat(values: readonly ConfigLine[]): ConfigLine[] {
  const chosen = values.findLast(({ key }) => key === "flyway.environment")?.value ?? "default";
  const environment = `environments.${chosen}.`;
  return values.flatMap((one) => {
    for (const prefix of [environment, "flyway."]) {
      if (one.key.startsWith(prefix)) return [{ ...one, key: one.key.slice(prefix.length) }];
    }
    return [];
  });
}

function keyParts(key: string): string[] {
  return [...key.matchAll(/"([^"]*)"|'([^']*)'|([^.\s"']+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  );
}

function tomlValue(written: string): string | undefined {
  const list = /^\[(.*)\]$/s.exec(written)?.[1];
  if (list !== undefined) {
    const members = [...list.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,]+/g)].map(([member]) =>
      scalar(member),
    );
    return members.includes(undefined) ? undefined : members.join(",");
  }
  return scalar(written);
}

function scalar(written: string): string | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(written)) {
    try {
      return JSON.parse(written) as string;
    } catch {
      return undefined;
    }
  }
  if (/^'[^']*'$/.test(written)) return written.slice(1, -1);
  return /^(?:true|false|[+-]?[\d._]+)$/.test(written) ? written : undefined;
}

function withoutComment(line: string): string {
  return /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^#"'])*/.exec(line)![0];
}
