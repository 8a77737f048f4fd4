/**
 * A changelog in XML, YAML or JSON, as far as it only names other files: `include`, `includeAll`
 * and `property`. Anything else in it is for the caller to refuse, by its name.
 */

export interface Entry {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: number;
}

export const STRUCTURED = /\.(?:xml|ya?ml|json)$/i;

/** Undefined: it is no changelog. A text says why it cannot be read. */
export function readStructured(path: string, text: string): readonly Entry[] | string | undefined {
  if (!text.includes("databaseChangeLog")) return undefined;
  if (/\.xml$/i.test(path)) return fromXml(text);
  return /\.json$/i.test(path) ? fromJson(text) : fromYaml(text);
}

function fromXml(text: string): Entry[] | string {
  const entries: Entry[] = [];
  // Comments keep their line ends, so that lines keep their numbers.
  const plain = text.replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, " "));
  let depth = 0;
  for (const tag of plain.matchAll(
    /<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g,
  )) {
    const [, closing, written, attributes, empty] = tag;
    if (closing) {
      depth--;
      continue;
    }
    const name = written!.replace(/^.*:/, "");
    if (depth === 0 && name !== "databaseChangeLog") return `begins with \`<${written}>\``;
    if (depth === 1) {
      const line = plain.slice(0, tag.index).split("\n").length;
      entries.push({ name, attributes: xmlAttributes(attributes!), line });
    }
    if (!empty) depth++;
  }
  return depth === 0 ? entries : "has tags that do not close";
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function xmlAttributes(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)];
  return Object.fromEntries(
    found.map(([, name, double, single]) => [
      name!,
      (double ?? single)!.replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity),
    ]),
  );
}

function fromJson(text: string): Entry[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  const list = (parsed as { databaseChangeLog?: unknown } | null)?.databaseChangeLog;
  if (!Array.isArray(list)) return "has no list `databaseChangeLog`";
  return list.flatMap((item: unknown): Entry[] =>
    Object.entries(isRecord(item) ? item : {}).map(([name, value]) => ({
      name,
      line: 1,
      attributes: isRecord(value) ? asTexts(value) : { value: String(value) },
    })),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asTexts(value: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      typeof one === "string" ? one : JSON.stringify(one),
    ]),
  );
}

/** A list of blocks with one value per line, and `{ a: b }` on one line; no more of YAML than that. */
function fromYaml(text: string): Entry[] | string {
  const entries: Entry[] = [];
  let begun = false;
  let indent = -1;
  let current: Record<string, string> | undefined;
  for (const [index, written] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = written.replace(/(^|\s)#.*$/, "").trimEnd();
    if (line.trim() === "" || /^(?:---|\.\.\.)$/.test(line)) continue;
    if (!begun) {
      if (!/^databaseChangeLog:$/.test(line))
        return `line ${index + 1} is not \`databaseChangeLog:\``;
      begun = true;
      continue;
    }
    const item = /^(\s*)-\s+(\w+):\s*(.*)$/.exec(line);
    if (item && (indent < 0 || item[1]!.length === indent)) {
      indent = item[1]!.length;
      current = item[3] === "" ? {} : flowOf(item[3]!);
      entries.push({ name: item[2]!, attributes: current, line: index + 1 });
      continue;
    }
    const pair = /^\s+([\w]+):\s*(.+)$/.exec(line);
    if (current === undefined) return `line ${index + 1} cannot be read`;
    // What belongs to a change set is not read: it is refused by the name of its entry.
    if (pair) current[pair[1]!] ??= unquote(pair[2]!);
  }
  return entries;
}

function flowOf(text: string): Record<string, string> {
  const flow = /^\{(.*)\}$/.exec(text);
  if (flow === null) return { value: unquote(text) };
  const pairs = flow[1]!.split(",").map((pair) => pair.split(/:(.*)/s));
  return Object.fromEntries(
    pairs.map(([name = "", value = ""]) => [unquote(name), unquote(value)]),
  );
}

function unquote(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}
